namespace Motet.Http;

/// <summary>The part of the head that <see cref="HeadParser"/> reads next. RequestLine → Fields → Complete; Rejected from the first two.</summary>
internal enum HeadStage : byte
{
    RequestLine,
    Fields,
    Complete,
    Rejected,
}
