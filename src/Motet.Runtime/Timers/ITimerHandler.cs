namespace Motet.Runtime;

/// <summary>
/// What an event loop calls when a timer set with <see cref="EventLoop.SetTimer"/> is due. One object may be the
/// handler of any number of timers; the id says which one fired.
/// </summary>
public interface ITimerHandler
{
    /// <summary>
    /// The timer is due: its time has passed in full, never early. Called once, on the loop. The id is already
    /// spent: cancelling it returns <c>false</c>; a new timer may be set here.
    /// </summary>
    /// <param name="id">The id that <see cref="EventLoop.SetTimer"/> returned.</param>
    void OnTimer(TimerId id);
}
