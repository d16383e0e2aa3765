namespace Chat;

/// <summary>Who is in a room now, and who has come or gone.</summary>
internal sealed record People(long Id, string? Joined, string? Left, string[] Names, int Count);
