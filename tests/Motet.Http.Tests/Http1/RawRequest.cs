namespace Motet.Http.Tests;

/// <summary>One request as bytes, and exactly what becomes of it.</summary>
/// <param name="Section">The RFC and the section that decide.</param>
/// <param name="Name">What is special about it, unique among the rows of its subject.</param>
/// <param name="Raw">The bytes, one for each character.</param>
/// <param name="Outcome">
/// Refused: status and reason, <c>400 BadTarget</c>. Accepted: what <see cref="RawRequestServers"/> echoes, <c>POST /path -> /path of other forms @host 1.0 'body'</c> where that is not the usual,
/// and <c>close</c> when the connection ends with it.
/// </param>
/// <param name="IsInBody">Whether it is refused only when the body is read: the head is good, and the handler is called.</param>
internal sealed record RawRequest(string Section, string Name, string Raw, string Outcome, bool IsInBody = false)
{
    public string Subject { get; init; } = "";

    public bool IsRefused => char.IsAsciiDigit(Outcome[0]);

    public bool EndsConnection => IsRefused || Outcome.EndsWith(" close", StringComparison.Ordinal);

    public byte[] Bytes => HeadOutcome.Bytes(Raw);

    public override string ToString() => $"{Subject}: {Section} {Name}";
}
