using System.Text;

namespace Motet.Http.Tests;

/// <summary>RFC 7578, RFC 2046 §5.1.1: what browsers send, and what else may come.</summary>
public class MultipartFormTests
{
    private const string Fields = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\nContent-Type: text/plain\r\n\r\nl\r\n--\r\n-b\r\n\r\n--b--\r\n";

    public static TheoryData<string, string> Accepted() => new()
    {
        { Fields, "a=1|f:x.txt:text/plain=l\r\n--\r\n-b\r\n" },
        { "--b--\r\n", "" },
        { "--b--", "" },
        { FormServer.Part("a", "") + "--b--", "a=" },
        { FormServer.Part("a", "\r\n") + "--b--", "a=\r\n" },
        { FormServer.Part("a", "1") + FormServer.Part("a", "2") + FormServer.Part("A", "3") + "--b--\r\n", "a=1|a=2|A=3" },
        { "preamble\r\nof two lines\r\n" + FormServer.Part("a", "1") + "--b--\r\nepilogue\r\n--b\r\n", "a=1" },
        { "\r\n" + FormServer.Part("a", "1") + "--b--\r\n", "a=1" },
        { FormServer.Part("a", "x--b--y") + "--b--\r\n", "a=x--b--y" },
        { FormServer.Part("a", "x\n--b\n") + "--b--\r\n", "a=x\n--b\n" },
        { FormServer.Part("a", "x\r--b\r") + "--b--\r\n", "a=x\r--b\r" },
        { FormServer.Part("a", "\r\n--\r\n-\r\n--c") + "--b--\r\n", "a=\r\n--\r\n-\r\n--c" },
        { FormServer.Part("a", "1").Replace("--b\r\n", "--b \t \r\n") + "--b--  \r\n", "a=1" },
        { FormServer.Part("a", "b\0c") + "--b--", "a=b\0c" },
        { FormServer.Part("", "1") + "--b--", "=1" },
        { FormServer.Part("a", "1", "Content-Transfer-Encoding: 8bit\r\nX-Other: y\r\n") + "--b--", "a=1" },
        { FormServer.Part("a", "1", "Content-Type: text/plain; charset=utf-8\r\n") + "--b--", "a=1" },
        { "--b\r\ncontent-disposition: FORM-DATA; NAME=a\r\n\r\n1\r\n--b--", "a=1" },
        { "--b\r\nContent-Disposition:form-data;name=\"a;b=\\\"c\\\"\"\r\n\r\n1\r\n--b--", "a;b=\"c\"=1" },
        { "--b\r\nContent-Disposition: form-data; name=\"\u00c3\u00a9\"\r\n\r\n\u00c3\u00a9\r\n--b--", "é=é" },
        { "--b\r\nContent-Type: multipart/mixed; boundary=c\r\nContent-Disposition: form-data; name=n\r\n\r\n--c\r\n\r\n1\r\n--c--\r\n--b--", "n=--c\r\n\r\n1\r\n--c--" },
    };

    // A part that is malformed, has no disposition of a form or no name, or says that it is encoded; a body that is not parts, or ends before they do.
    public static TheoryData<string> Refused() =>
    [
        "",
        "x",
        "--",
        "--b",
        "--b\r\n",
        "--c--\r\n",
        "--b\r\n\r\n1\r\n--b--",
        "--b\r\nContent-Type: text/plain\r\n\r\n1\r\n--b--",
        "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--",
        "--b\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\n1\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b--",
        "--b\r\nContent-Disposition; form-data\r\n\r\n1\r\n--b--",
        "--b\r\nno colon\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--",
        "--b\nContent-Disposition: form-data; name=a\n\n1\n--b--",
        FormServer.Part("a", "MQ==", "Content-Transfer-Encoding: base64\r\n") + "--b--",
        FormServer.Part("a", "1", "Content-Transfer-Encoding: quoted-printable\r\n") + "--b--",
        FormServer.Part("a", "1"),
        FormServer.Part("a", "1") + "--b",
        FormServer.Part("a", "1") + "--c--",
    ];

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task PartsAreRead(string body, string expected)
    {
        foreach (var streams in (bool[])[false, true])
        {
            await using var server = await FormServer.StartAsync(streams: streams);
            using var client = await server.ConnectAsync();
            for (var i = 0; i < 2; i++) Assert.Equal(expected, (await client.AskAsync(FormServer.Multipart(body))).Body);
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task WhatIsNoFormIsRefusedWith400(string body)
    {
        foreach (var streams in (bool[])[false, true])
        {
            await using var server = await FormServer.StartAsync(streams: streams);
            using var client = await server.ConnectAsync();
            var response = await client.AskAsync(FormServer.Multipart(body));
            Assert.Equal((400, "malformed form\n"), (response.Status, response.Body));

            // It is only the content that was refused: the connection goes on.
            Assert.Equal(200, (await client.AskAsync(FormServer.Multipart("--b--"))).Status);
        }
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    [InlineData("multipart/form-data; boundary=\"b")]
    [InlineData("multipart/form-data; boundary=b; boundary=c")]
    [InlineData("multipart/form-data; boundary=b; boundary=b")]
    [InlineData("multipart/form-data; boundary=\"b \"")]
    [InlineData("multipart/form-data; boundary=\"b@\"")]
    [InlineData("multipart/form-data; boundary=\"\u00e9\"")]
    [InlineData("multipart/form-data; boundary=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")]
    [InlineData("multipart/form-data, boundary=b")]
    [InlineData("multipart/form-data; x; boundary=b")]
    public async Task BoundaryThatIsMissingOrMalformedIsRefused(string type)
    {
        await using var server = await FormServer.StartAsync();
        using var client = await server.ConnectAsync();

        var response = await client.AskAsync(RawClient.Post(Fields, lines: $"Content-Type: {type}\r\n"));
        Assert.Equal(type.Contains(',') ? 415 : 400, response.Status);
    }

    [Theory]
    [InlineData("b", "b")]
    [InlineData("\"b\"", "b")]
    [InlineData("\"b c:'()+_,-./=?\"", "b c:'()+_,-./=?")]
    [InlineData("----WebKitFormBoundary7MA4YWxkTrZu0gW", "----WebKitFormBoundary7MA4YWxkTrZu0gW")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789; charset=x", "0123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task BoundaryIsReadAsItIsMeant(string parameter, string boundary)
    {
        await using var server = await FormServer.StartAsync();
        using var client = await server.ConnectAsync();

        Assert.Equal("a=1", (await client.AskAsync(FormServer.Multipart(FormServer.Part("a", "1").Replace("--b", "--" + boundary) + $"--{boundary}--", parameter))).Body);
    }

    [Theory]
    [InlineData("filename=\"x.txt\"", "x.txt")]
    [InlineData("filename=x.txt", "x.txt")]
    [InlineData("filename=\"\"", "")]
    [InlineData("filename=\"../../etc/passwd\"", "passwd")]
    [InlineData("filename=\"/etc/passwd\"", "passwd")]
    [InlineData("filename=\"C:\\temp\\new.txt\"", "new.txt")]
    [InlineData("filename=\"..\"", "")]
    [InlineData("filename=\"a/..\"", "")]
    [InlineData("filename=\"a/\"", "")]
    [InlineData("filename=\"a\\\"b.txt\"", "a\"b.txt")]
    [InlineData("filename=\"a%22b%2Fc.txt\"", "a%22b%2Fc.txt")]
    [InlineData("filename=\"\u00e2\u0082\u00ac.txt\"", "€.txt")]
    [InlineData("filename*=UTF-8''%e2%82%ac%20x.txt", "€ x.txt")]
    [InlineData("filename*=UTF-8''..%2f..%2fx.txt", "x.txt")]
    [InlineData("filename=\"plain.txt\"; filename*=UTF-8''other.txt", "plain.txt")]
    public async Task FileNameIsAWordAndNoPath(string parameter, string expected)
    {
        foreach (var streams in (bool[])[false, true])
        {
            await using var server = await FormServer.StartAsync(streams: streams);
            using var client = await server.ConnectAsync();
            var body = $"--b\r\nContent-Disposition: form-data; name=f; {parameter}\r\n\r\n1\r\n--b--";
            Assert.Equal($"f:{expected}:=1", (await client.AskAsync(FormServer.Multipart(body))).Body);
        }
    }

    [Fact]
    public async Task EverySplitGivesTheSame()
    {
        await using var server = await FormServer.StartAsync();
        using var client = await server.ConnectAsync();
        var request = Encoding.Latin1.GetBytes(FormServer.Multipart("pre\r\n" + Fields + "post"));
        for (var split = request.Length - Fields.Length - 9; split < request.Length; split++)
        {
            await client.SendAsync(request.AsMemory(0, split));
            await Task.Yield();
            await client.SendAsync(request.AsMemory(split));
            Assert.Equal("a=1|f:x.txt:text/plain=l\r\n--\r\n-b\r\n", (await client.ReadResponseAsync()).Body);
        }

        var chunks = RawClient.PostChunks("/", [.. Fields.Select(character => character.ToString())]).Replace("Host: a\r\n", "Host: a\r\nContent-Type: multipart/form-data; boundary=b\r\n");
        Assert.Equal("a=1|f:x.txt:text/plain=l\r\n--\r\n-b\r\n", (await client.AskAsync(chunks)).Body);
    }

    [Fact]
    public async Task FormThatEndsEarlyIsRefusedAtEachByte()
    {
        await using var server = await FormServer.StartAsync();
        using var client = await server.ConnectAsync();

        // Whole without its last line end; two bytes less and the last boundary is none.
        for (var length = 0; length < Fields.Length - 2; length++)
        {
            var response = await client.AskAsync(FormServer.Multipart(Fields[..length]));
            Assert.True(response.Status == 400, $"{length}: {response.Status} {response.Body}");
        }
    }

    [Fact]
    public async Task BodyThatEndsEarlyIsRefusedAtEachByte()
    {
        await using var server = await FormServer.StartAsync();
        var request = FormServer.Multipart(Fields);
        for (var left = 1; left <= Fields.Length; left += 3)
        {
            using var client = await server.ConnectAsync();
            await client.SendAsync(request[..^left]);
            client.EndOutput();
            Assert.Equal(400, (await client.ReadResponseAsync()).Status);
            await client.ExpectEndAsync();
        }
    }

    [Fact]
    public async Task PartsThatAreNotReadArePassedOver()
    {
        await using var server = await FormServer.StartAsync(streams: true);
        using var client = await server.ConnectAsync();

        var body = FormServer.Part("skip1", new string('x', 100_000)) + FormServer.Part("a", "1") + FormServer.Part("skip2", "\r\n--\r\n") + "--b--";
        Assert.Equal("skip1=-|a=1|skip2=-", (await client.AskAsync(FormServer.Multipart(body))).Body);
    }

    [Fact]
    public async Task HandlerThatStopsReadingPartsHasTheRestDropped()
    {
        await using var server = await TestServer.StartAsync(async request =>
        {
            await foreach (var part in request.ReadPartsAsync())
            {
                await request.RespondAsync(part.Name);
                break;
            }
        });
        using var client = await server.ConnectAsync();

        for (var i = 0; i < 2; i++) Assert.Equal("a", (await client.AskAsync(FormServer.Multipart(FormServer.Part("a", new string('x', 50_000)) + FormServer.Part("b", "1") + "--b--"))).Body);
    }

    [Fact]
    public async Task LargeFileIsSpooledToDisk()
    {
        var file = new byte[1_000_000];
        new Random(1).NextBytes(file);
        await using var server = await TestServer.StartAsync(async request =>
        {
            using var form = await request.ReadFormAsync();
            var found = form.File("f")!;
            Assert.True(((SpooledStream)found.Content).IsInFile);
            Assert.False(((SpooledStream)form.File("g")!.Content).IsInFile);
            Assert.Null(form.File("h"));
            Assert.Equal("1", form["a"]);
            var copy = new MemoryStream();
            await found.Content.CopyToAsync(copy);
            await request.RespondAsync(copy.ToArray());
        });
        using var client = await server.ConnectAsync();
        var body = FormServer.Part("a", "1").TrimEnd() + "\r\n--b\r\nContent-Disposition: form-data; name=g; filename=g\r\n\r\nsmall\r\n--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n" + Encoding.Latin1.GetString(file) + "\r\n--b--";

        Assert.Equal(file, (await client.AskAsync(FormServer.Multipart(body))).BodyBytes);
    }
}
