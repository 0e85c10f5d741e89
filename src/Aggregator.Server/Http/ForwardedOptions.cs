using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Aggregator.Server;

/// <summary>From whom forwarded headers are believed.</summary>
internal sealed class ForwardedOptions : IValidatableObject
{
    public const string Section = "ForwardedHeaders";

    /// <summary>The peer of a connection over a Unix socket, which has no address; nginx names it so too.</summary>
    public const string UnixSocket = "unix:";

    /// <summary>
    /// The proxies in front of the server: from them, and only from them, <c>X-Forwarded-For</c> and <c>-Proto</c>, <c>Forwarded</c> and
    /// the header named by <c>Regions:Header</c> are believed; the last of a peer on this machine too if no proxy is named.
    /// <c>unix:</c> is whoever connects over a Unix socket.
    /// </summary>
    /// <value>list; CIDR networks, `unix:`</value>
    public string[] KnownNetworks { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => KnownNetworks
        .Where(network => network != UnixSocket && !IPNetwork.TryParse(network, out _))
        .Select(network => new ValidationResult($"'{network}' is not a network such as 10.0.0.0/8.", [nameof(KnownNetworks)]));
}
