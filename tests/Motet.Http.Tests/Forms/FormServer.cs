using System.Text;

namespace Motet.Http.Tests;

/// <summary>A server that says what it finds in a form, and what it cost.</summary>
internal static class FormServer
{
    public const string UrlEncoded = "Content-Type: application/x-www-form-urlencoded\r\n";

    public static Task<TestServer> StartAsync(FormLimits? limits = null, bool streams = false) => TestServer.StartAsync(async request =>
    {
        var found = new List<string>();
        if (streams)
        {
            await foreach (var part in request.ReadPartsAsync(limits)) found.Add(await DescribeAsync(part));
        }
        else
        {
            using var form = await request.ReadFormAsync(limits);
            foreach (var (name, value) in form.Fields) found.Add($"{name}={value}");
            foreach (var file in form.Files) found.Add($"{file.Name}:{file.FileName}:{file.ContentType}={await new StreamReader(file.Content).ReadToEndAsync()}");
        }

        Assert.True(request.Connection.EventLoop.IsCurrent);
        await request.RespondAsync(string.Join('|', found));
    });

    public static string Multipart(string body, string boundary = "b", string lines = "") => Multipart(body, boundary, Encoding.Latin1.GetByteCount(body), lines);

    public static string Part(string name, string value, string lines = "") => $"--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n{lines}\r\n{value}\r\n";

    private static string Multipart(string body, string boundary, int length, string lines)
        => $"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {length}\r\n{lines}\r\n{body}";

    private static async Task<string> DescribeAsync(FormPart part)
    {
        var value = part.Name.StartsWith("skip", StringComparison.Ordinal) ? "-" : await part.ReadTextAsync(1 << 20);
        return part.FileName is null ? $"{part.Name}={value}" : $"{part.Name}:{part.FileName}:{part.ContentType}={value}";
    }
}
