using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Aggregator.Server;

/// <summary>From whom forwarded headers are believed.</summary>
internal sealed class ForwardedOptions : IValidatableObject
{
    public const string Section = "ForwardedHeaders";

    /// <summary>The proxies in front of the server: from them, and only from them, <c>X-Forwarded-For</c> and <c>-Proto</c> are believed.</summary>
    /// <value>list; CIDR networks</value>
    public string[] KnownNetworks { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => KnownNetworks
        .Where(network => !IPNetwork.TryParse(network, out _))
        .Select(network => new ValidationResult($"'{network}' is not a network such as 10.0.0.0/8.", [nameof(KnownNetworks)]));

    public void Apply(ForwardedHeadersOptions options)
    {
        options.ForwardedHeaders = ForwardedHeaders.None;
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        if (KnownNetworks.Length == 0) return;

        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        options.ForwardLimit = null;
        foreach (var network in KnownNetworks) options.KnownIPNetworks.Add(IPNetwork.Parse(network));
    }
}
