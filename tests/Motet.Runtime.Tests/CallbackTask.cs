namespace Motet.Runtime.Tests;

internal sealed class CallbackTask(Action<CallbackTask> run) : LoopTask
{
    protected internal override void Run() => run(this);
}
