namespace Motet.Runtime;

/// <summary>A coprocess without a value.</summary>
internal sealed class ActionCoprocess(Func<Task> body, string? name, CoprocessOptions? options, string file, int line, CoprocessScheduler scheduler)
    : Coprocess(body, name, options, file, line, scheduler)
{
    private protected override Task Invoke() => body();

    private protected override void TakeResult(Task task)
    {
    }

    private protected override Coprocess Copy(string file, int line) => new ActionCoprocess(body, Name, Options, file, line, Scheduler);
}
