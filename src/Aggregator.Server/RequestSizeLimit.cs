using Microsoft.AspNetCore.Http.Metadata;

namespace Aggregator.Server;

/// <summary>How large a body may be, in bytes.</summary>
internal sealed record RequestSizeLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
