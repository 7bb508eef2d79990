// What may a product do, and record one use. .NET 8 or later, on Windows, macOS and Linux.
//
//   dotnet run -- PRODUCT METER [ID]
using System.IO.Pipes;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

static string Records()
{
    if (Environment.GetEnvironmentVariable("HOLDFAST_HOME") is { Length: > 0 } named) return named;
    if (OperatingSystem.IsMacOS())
        return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "Library/Application Support/Holdfast");
    var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
    return Path.Combine(local, OperatingSystem.IsWindows() ? "Holdfast" : "holdfast");
}

// Connects anew whenever the client needs a connection: the next process that owns the records listens elsewhere.
static async ValueTask<Stream> Connect(CancellationToken stop)
{
    using var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Records(), "endpoint"), stop));
    var address = file.RootElement.GetProperty("address").GetString()!;
    if (OperatingSystem.IsWindows())
    {
        var pipe = new NamedPipeClientStream(".", address[@"\\.\pipe\".Length..], PipeDirection.InOut, PipeOptions.Asynchronous);
        await pipe.ConnectAsync(2000, stop);
        return pipe;
    }
    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    await socket.ConnectAsync(new UnixDomainSocketEndPoint(address), stop);
    return new NetworkStream(socket, ownsSocket: true);
}

using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = (_, stop) => Connect(stop) })
{
    BaseAddress = new Uri("http://holdfast"),
    Timeout = TimeSpan.FromSeconds(10),
};

// Sends until it is answered. Nothing counts twice.
async Task<JsonElement> Ask(string path, object body)
{
    for (var tries = 0; ; tries++)
    {
        try
        {
            using var response = await http.PostAsJsonAsync(path, body);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
            if (response.IsSuccessStatusCode) return answer;
            if ((int)response.StatusCode is not (429 or 503) || tries > 100)
                throw new InvalidOperationException(answer.GetProperty("error").GetProperty("text").GetString());
        }
        catch (Exception e) when (e is HttpRequestException or IOException && tries < 100)
        {
        }
        await Task.Delay(50);
    }
}

var (product, meter) = (args[0], args[1]);
var verdict = await Ask("/v1/check", new { schema_version = 1, product });
Console.WriteLine($"{verdict.GetProperty("state")} {verdict.GetProperty("text")}");
foreach (var feature in verdict.GetProperty("features").EnumerateObject())
    Console.WriteLine($"{feature.Name} {feature.Value.GetProperty("mode")}");

var id = args.Length > 2 ? args[2] : Guid.NewGuid().ToString();
var done = await Ask("/v1/usage", new { schema_version = 1, events = new[] { new { product, meter, units = 1, id } } });
Console.WriteLine($"recorded {done.GetProperty("seq")} {done.GetProperty("head")}");
