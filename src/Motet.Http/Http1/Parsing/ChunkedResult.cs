namespace Motet.Http;

/// <summary>What one call of <see cref="ChunkedDecoder.Decode"/> did.</summary>
/// <param name="Consumed">Bytes of the source that are done with.</param>
/// <param name="Produced">Bytes of the body written to the destination; they count also when the status is Rejected.</param>
/// <param name="Status">Why it came back.</param>
internal readonly record struct ChunkedResult(int Consumed, int Produced, ChunkedStatus Status);
