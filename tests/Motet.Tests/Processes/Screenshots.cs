using System.Drawing;
using OpenQA.Selenium.Chrome;

namespace Motet.Tests;

/// <summary>Pictures of pages for people to look at, where they say so: MOTET_SCREENSHOT names a directory.</summary>
internal static class Screenshots
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("MOTET_SCREENSHOT");
    private static readonly (string Name, Size Size)[] Widths = [("phone", new Size(420, 800)), ("desktop", new Size(1280, 800))];

    /// <summary>Takes the page as it is now, wide and narrow, light and dark.</summary>
    public static void TakeScreenshots(this ChromeDriver browser, string name)
    {
        if (string.IsNullOrEmpty(Folder)) return;
        foreach (var (width, size) in Widths)
        {
            browser.Manage().Window.Size = size;
            foreach (var scheme in (string[])["light", "dark"])
            {
                var feature = new Dictionary<string, object> { ["name"] = "prefers-color-scheme", ["value"] = scheme };
                browser.ExecuteCdpCommand("Emulation.setEmulatedMedia", new Dictionary<string, object?> { ["features"] = new object[] { feature } });
                browser.GetScreenshot().SaveAsFile(Path.Combine(Folder, $"{name}-{width}-{scheme}.png"));
            }
        }
    }
}
