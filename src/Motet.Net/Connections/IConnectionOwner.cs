namespace Motet.Net;

/// <summary>Who opened a connection and wants to know when it is gone: a listener counts. Called on the connection's loop.</summary>
internal interface IConnectionOwner
{
    void OnClosed(Connection connection);
}
