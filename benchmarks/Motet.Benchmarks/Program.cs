using BenchmarkDotNet.Running;

// dotnet run -c Release --project benchmarks/Motet.Benchmarks -- --filter '*HeadParsing*'
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
