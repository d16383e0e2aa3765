using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>A coprocess without a value.</summary>
internal sealed class ActionCoprocess : Coprocess
{
    public ActionCoprocess(Func<Task> body, string? name, CoprocessOptions? options, string file, int line, CoprocessScheduler scheduler)
        : base(body, name, options, file, line, scheduler)
    {
    }

    private protected override Task Invoke() => Unsafe.As<Func<Task>>(Body)();

    private protected override void TakeResult(Task task)
    {
    }

    private protected override Coprocess Copy(string file, int line) => new ActionCoprocess(Unsafe.As<Func<Task>>(Body), Name, Options, file, line, Scheduler);
}
