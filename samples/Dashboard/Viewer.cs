using Motet.Net;
using Motet.PubSub;

namespace Dashboard;

/// <summary>Gives everybody who looks the readings. A page that does not keep up gets the newest.</summary>
internal sealed class Viewer(PubSubHub hub) : ClientHandler
{
    private static readonly SubscribeOptions Options = new() { Since = 0, SlowConsumerPolicy = SlowConsumerPolicy.DropOldest };

    public override void OnOpen(Client client) => hub.Subscribe(client, "readings", Options);
}
