using OpenQA.Selenium.Chrome;

namespace Motet.Tests;

/// <summary>Chromium without a window. The test is skipped where it is not installed.</summary>
internal static class Browser
{
    /// <param name="profile">A directory of its own.</param>
    public static ChromeDriver StartOrSkip(string profile)
    {
        var options = new ChromeOptions { BinaryLocation = Tool.FindOrSkip("chromium") };
        options.AddArguments(
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--window-size=420,800", $"--user-data-dir={profile}");
        var service = ChromeDriverService.CreateDefaultService(Path.GetDirectoryName(Tool.FindOrSkip("chromedriver"))!, "chromedriver");
        service.HideCommandPromptWindow = true;
        return new ChromeDriver(service, options, TimeSpan.FromSeconds(60));
    }
}
