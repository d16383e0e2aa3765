using System.Text;

namespace Motet.Http.Tests;

public class ReadJsonTests
{
    private const string Type = "Content-Type: application/json\r\n";

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=\"UTF-8\" ; x=y")]
    [InlineData("application/json; charset=us-ascii")]
    [InlineData("text/json")]
    [InlineData("application/vnd.api+json")]
    [InlineData("application/json ;")]
    public async Task JsonIsRead(string type)
    {
        var response = await PostAsync("{\"name\":\"a\",\"count\":2}", $"Content-Type: {type}\r\n");
        Assert.Equal((200, "a 2"), (response.Status, response.Body));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Content-Type: text/plain\r\n")]
    [InlineData("Content-Type: application/jsonp\r\n")]
    [InlineData("Content-Type: +json\r\n")]
    [InlineData("Content-Type: application/xml; type=application/json\r\n")]
    [InlineData("Content-Type: application/json; charset=iso-8859-1\r\n")]
    [InlineData("Content-Type: application/json; charset=utf-16\r\n")]
    [InlineData("Content-Type: application/json; charset=utf-8; charset=utf-8\r\n")]
    [InlineData("Content-Type: application/json; charset=utf-8; \"\r\n")]
    [InlineData("Content-Type: application/json; charset=\"utf-8\r\n")]
    [InlineData("Content-Type: application/json; charset=\"\\utf-8\"\r\n")]
    public async Task OtherTypesAreRefusedWith415(string lines)
    {
        var response = await PostAsync("{\"name\":\"a\",\"count\":2}", lines);
        Assert.Equal((415, "media type not supported\n"), (response.Status, response.Body));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{\"name\":\"a\",\"count\":2")]
    [InlineData("{\"name\":\"a\",\"count\":2}}")]
    [InlineData("{\"name\":\"a\",\"count\":2} x")]
    [InlineData("{'name':'a'}")]
    [InlineData("{\"name\":\"a\",\"count\":2,}")]
    [InlineData("{\"name\":\"a\",\"count\":\"two\"}")]
    [InlineData("{\"name\":\"a\",\"count\":99999999999}")]
    [InlineData("{\"name\":\"\u00ff\",\"count\":2}")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("// c\n1")]
    public async Task WhatIsNotTheJsonIsRefusedWith400(string body)
    {
        var response = await PostAsync(body, Type);
        Assert.Equal((400, "not the JSON that is expected\n"), (response.Status, response.Body));
    }

    [Fact]
    public async Task DepthIsLimitedByTheOptions()
    {
        Assert.Equal(200, (await PostAsync(Nested(8), Type)).Status);
        Assert.Equal(400, (await PostAsync(Nested(9), Type)).Status);

        static string Nested(int depth) => string.Concat(Enumerable.Repeat("{\"name\":\"a\",\"count\":1,\"inner\":", depth - 1)) + "{\"name\":\"a\",\"count\":1}" + new string('}', depth - 1);
    }

    [Fact]
    public async Task SizeIsLimited()
    {
        var limits = new ServerLimits { MaxJsonBytes = 22 };
        Assert.Equal(200, (await PostAsync("{\"name\":\"a\",\"count\":2}", Type, limits)).Status);
        Assert.Equal(413, (await PostAsync("{\"name\":\"a\",\"count\":22}", Type, limits)).Status);
        Assert.Equal(413, (await PostAsync("{\"name\":\"a\",\"count\":2} ", Type, limits)).Status);

        await using var server = await StartAsync(limits);
        using var client = await server.ConnectAsync();
        Assert.Equal(413, (await client.AskAsync(RawClient.PostChunks("/", "{\"name\":\"a\",\"co", "unt\":22}").Replace("Host: a\r\n", "Host: a\r\n" + Type))).Status);
    }

    [Fact]
    public async Task NullAndByteOrderMarkAreRead()
    {
        Assert.Equal("null", (await PostAsync("null", Type)).Body);
        Assert.Equal("b 1", (await PostAsync("\u00ef\u00bb\u00bf{\"name\":\"b\",\"count\":1}", Type)).Body);
    }

    [Fact]
    public async Task ConnectionGoesOnBehindWhatWasRefused()
    {
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();

        Assert.Equal(400, (await client.AskAsync(RawClient.Post("{", lines: Type))).Status);
        Assert.Equal(415, (await client.AskAsync(RawClient.Post("{}"))).Status);
        Assert.Equal("a 2", (await client.AskAsync(RawClient.Post("{\"name\":\"a\",\"count\":2}", lines: Type))).Body);
    }

    [Fact]
    public async Task LongBodyThatComesInPiecesIsRead()
    {
        await using var server = await StartAsync();
        using var client = await server.ConnectAsync();
        var name = new string('n', 300_000);
        var request = Encoding.ASCII.GetBytes(RawClient.Post($"{{\"name\":\"{name}\",\"count\":7}}", lines: Type));
        for (var i = 0; i < request.Length; i += 10_000)
        {
            await client.SendAsync(request.AsMemory(i, Math.Min(10_000, request.Length - i)));
            await Task.Yield();
        }

        Assert.Equal(name + " 7", (await client.ReadResponseAsync()).Body);
    }

    private static Task<TestServer> StartAsync(ServerLimits? limits = null) => TestServer.StartAsync(
        async request =>
        {
            var item = await request.ReadJsonAsync(TestJson.Default.Item);
            await request.RespondAsync(item is null ? "null" : $"{item.Name} {item.Count}");
        },
        limits);

    private static async Task<RawResponse> PostAsync(string body, string lines, ServerLimits? limits = null)
    {
        await using var server = await StartAsync(limits);
        using var client = await server.ConnectAsync();
        return await client.AskAsync(RawClient.Post(body, lines: lines));
    }
}
