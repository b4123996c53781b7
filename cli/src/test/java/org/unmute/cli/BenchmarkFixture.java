package org.unmute.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.unmute.data.provenance.Json;
import org.unmute.data.scene.SyntheticScenes;

/** Small benchmarks: synthesized data sets, the built-in encoder and a tiny one. */
final class BenchmarkFixture {
    /** Names of results that contain times. */
    private static final List<String> TIMES = List.of("seconds", "clipsPerSecond");

    private BenchmarkFixture() {}

    /** Writes one-second scenes with a manifest; {@code single} gives each scene exactly one event. */
    static void scenes(Path folder, String name, boolean single, int train, int test) throws IOException {
        SyntheticScenes.Options options = SyntheticScenes.Options.standard().withSeconds(1);
        new SyntheticScenes(single ? options.withEvents(1, 1) : options, single ? 3 : 4)
                .write(folder.resolve(name), train, test);
    }

    /**
     * Writes a grid of two encoders, one of them in a separate file, and two data sets, {@code many} and {@code one}.
     */
    static Path grid(Path folder, String file, Path encoder, String protocol, String... probes) throws IOException {
        StringBuilder text = new StringBuilder("""
            [[encoders]]
            name = "own"
            title = "Own"
            embedded = true
            [[encoders]]
            name = "tiny"
            file = "%s"
            [[datasets]]
            name = "many"
            title = "Several a clip"
            manifest = "many/manifest.csv"
            standardize = true
            [[datasets]]
            name = "one"
            task = "single-label"
            manifest = "one/manifest.csv"
            [protocol]
            """.formatted(encoder.getFileName()))
                .append(protocol)
                .append('\n');
        for (String probe : probes) {
            text.append("[[probes]]\n").append(probe).append('\n');
        }
        return Files.writeString(folder.resolve(file), text.toString());
    }

    /** Every result of a run by file, without times; probe files byte for byte. */
    static TreeMap<String, String> results(Path run) throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = run.relativize(file).toString().replace('\\', '/');
                if (name.startsWith("cache/") || name.endsWith("run.json") || name.equals("run.lock")) {
                    continue;
                }
                all.put(name, name.equals("manifest.json") ? ManifestContent.of(file) : result(file));
            }
        }
        return all;
    }

    /** One of these results. */
    static String result(Path file) throws IOException {
        String name = file.getFileName().toString();
        return switch (name.substring(name.lastIndexOf('.'))) {
            case ".json" -> withoutTimes(Json.read(file)).toString();
            case ".jsonl" -> Files.readString(file).replaceAll("\"(seconds|clipsPerSecond)\":[^,}]+", "");
            case ".safetensors" -> HexFormat.of().formatHex(Files.readAllBytes(file));
            default -> Files.readString(file);
        };
    }

    private static JsonNode withoutTimes(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(TIMES);
        }
        node.forEach(BenchmarkFixture::withoutTimes);
        return node;
    }
}
