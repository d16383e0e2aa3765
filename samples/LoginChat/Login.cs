using Motet.Net;

namespace LoginChat;

/// <summary>Asks for a name. One object does so with everybody.</summary>
internal sealed class Login(TimeSpan patience) : ClientHandler
{
    private const int MaxName = 20;

    public override void OnOpen(Client client)
    {
        client.Timeout = patience;
        client.Write("Who are you?\n");
    }

    public override void OnMessage(Client client, Message message)
    {
        var name = message.ToString().Trim();
        if (name.Length is > 0 and <= MaxName && name.All(char.IsLetterOrDigit)) client.Handler = new Talk(name);
        else client.Write($"A name has 1 to {MaxName} letters and digits. Who are you?\n");
    }

    public override void OnPing(Client client)
    {
        client.Write("Time is up. Goodbye.\n");
        client.Close();
    }
}
