namespace Motet.Runtime.Tests;

internal sealed class CallbackTimer(Action<TimerId> onTimer) : ITimerHandler
{
    public void OnTimer(TimerId id) => onTimer(id);
}
