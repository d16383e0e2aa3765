using BenchmarkDotNet.Running;
using Motet.Benchmarks;

// dotnet run -c Release --project benchmarks/Motet.Benchmarks -- --filter '*HeadParsing*'
// dotnet run -c Release --project benchmarks/Motet.Benchmarks -- asleep
if (args is ["asleep"]) await Asleep.RunAsync();
else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
