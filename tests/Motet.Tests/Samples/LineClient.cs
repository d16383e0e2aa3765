namespace Motet.Tests;

/// <summary>Talks lines with a sample.</summary>
internal static class LineClient
{
    public static async Task SayAsync(this StreamReader client, string line) => await client.BaseStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + "\n")).AsTask().Within();

    /// <summary>The next line that it is sent; null at the end.</summary>
    public static Task<string?> HearAsync(this StreamReader client) => client.ReadLineAsync().Within();
}
