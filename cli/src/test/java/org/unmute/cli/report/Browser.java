package org.unmute.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, driven by the DevTools protocol over a pipe: messages are JSON, each ended by a
 * zero byte. Keeps everything that the page asks the network for and every error that it reports.
 */
public final class Browser implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Process process;
    private final OutputStream to;
    private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
    private final List<String> requests = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();
    private final List<JsonNode> events = new ArrayList<>();
    private String session;
    private int number;

    /** The program, if there is one on the path. */
    public static Optional<Path> program() {
        return Stream.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
                .flatMap(name -> Stream.of(
                                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .map(dir -> Path.of(dir, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** @param profile an empty folder for the browser's own files */
    public Browser(Path program, Path profile) throws IOException {
        // The browser reads from descriptor 3 and writes to 4; its own standard streams are not needed.
        process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null",
                        program.toString(),
                        "--headless",
                        "--remote-debugging-pipe",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-extensions",
                        "--autoplay-policy=no-user-gesture-required",
                        "--user-data-dir=" + profile)
                .start();
        to = process.getOutputStream();
        Thread.ofVirtual().start(() -> read(process.getInputStream()));
        String target = send("Target.createTarget", Map.of("url", "about:blank"))
                .path("targetId")
                .asText();
        session = send("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .asText();
        send("Emulation.setScrollbarsHidden", Map.of("hidden", true));
        for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
            send(domain + ".enable", Map.of());
        }
    }

    private void read(InputStream from) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        byte[] part = new byte[1 << 16];
        try (from) {
            for (int n = from.read(part); n >= 0; n = from.read(part)) {
                int begin = 0;
                for (int i = 0; i < n; i++) {
                    if (part[i] == 0) {
                        message.write(part, begin, i - begin);
                        messages.add(JSON.readTree(message.toByteArray()));
                        message.reset();
                        begin = i + 1;
                    }
                }
                message.write(part, begin, n - begin);
            }
        } catch (IOException e) {
            // the browser has ended; whoever waits for an answer will run out of patience
        }
    }

    private JsonNode send(String method, Map<String, ?> parameters) throws IOException {
        int id = ++number;
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        if (session != null) {
            message.put("sessionId", session);
        }
        to.write((JSON.writeValueAsString(message) + "\0").getBytes(StandardCharsets.UTF_8));
        to.flush();
        JsonNode answer = await(m -> m.path("id").asInt() == id, method);
        if (answer.has("error")) {
            throw new IOException(method + ": " + answer.get("error"));
        }
        return answer.path("result");
    }

    private JsonNode await(Predicate<JsonNode> wanted, String what) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            JsonNode m;
            try {
                m = messages.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            if (m == null) {
                throw new IOException("the browser gave no answer to " + what + " in " + PATIENCE.toSeconds() + " s");
            }
            note(m);
            if (wanted.test(m)) {
                return m;
            }
        }
    }

    private void note(JsonNode m) {
        JsonNode p = m.path("params");
        switch (m.path("method").asText()) {
            case "Network.requestWillBeSent" ->
                requests.add(p.path("request").path("url").asText());
            case "Runtime.exceptionThrown" ->
                errors.add(p.path("exceptionDetails").toString());
            case "Runtime.consoleAPICalled" -> {
                if (List.of("error", "warning", "assert")
                        .contains(p.path("type").asText())) {
                    errors.add(p.path("args").toString());
                }
            }
            case "Log.entryAdded" ->
                errors.add(p.path("entry").path("text").asText() + " "
                        + p.path("entry").path("url").asText());
            default -> events.add(m);
        }
    }

    /** Opens an address and waits until all of it is loaded. */
    public void open(Path file) throws IOException {
        requests.clear();
        errors.clear();
        String loader = send(
                        "Page.navigate",
                        Map.of("url", file.toAbsolutePath().toUri().toString()))
                .path("loaderId")
                .asText();
        boolean there = events.stream().anyMatch(e -> e.path("method").asText().equals("Page.loadEventFired"));
        if (!there) {
            await(m -> m.path("method").asText().equals("Page.loadEventFired"), "opening " + file + " " + loader);
        }
        events.clear();
    }

    /** The value of an expression of JavaScript in the page; promises are waited for. */
    public JsonNode evaluate(String expression) throws IOException {
        JsonNode result =
                send("Runtime.evaluate", Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new IOException(result.get("exceptionDetails").toString());
        }
        return result.path("result").path("value");
    }

    /** What the page asked for since it was opened, itself first; data addresses included. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** Errors and warnings since the page was opened. */
    public List<String> errors() {
        return List.copyOf(errors);
    }

    /** Shows the page as on a dark or light screen of a width. */
    public void screen(int width, int height, boolean dark) throws IOException {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        send(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** A PNG of the whole page. */
    public byte[] picture() throws IOException {
        return Base64.getDecoder()
                .decode(send("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true))
                        .path("data")
                        .asText());
    }

    /** The page as printed, a PDF. */
    public byte[] print() throws IOException {
        return Base64.getDecoder()
                .decode(send("Page.printToPDF", Map.of("preferCSSPageSize", true, "printBackground", false))
                        .path("data")
                        .asText());
    }

    /** Presses a key. */
    public void press(String key) throws IOException {
        for (String type : List.of("keyDown", "keyUp")) {
            send(
                    "Input.dispatchKeyEvent",
                    Map.of(
                            "type",
                            type,
                            "key",
                            key,
                            "code",
                            key,
                            "windowsVirtualKeyCode",
                            key.equals("Tab") ? 9 : 13,
                            "text",
                            key.equals("Enter") && type.equals("keyDown") ? "\r" : ""));
        }
    }

    /** Ends the browser with all its processes, so that nobody writes into its profile any more. */
    @Override
    public void close() throws IOException {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        to.close();
        for (ProcessHandle one : all) {
            try {
                one.onExit().get(10, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                one.destroyForcibly();
                one.onExit().join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
