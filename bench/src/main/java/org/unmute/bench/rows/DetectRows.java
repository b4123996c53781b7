package org.unmute.bench.rows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmute.audio.Resampler;
import org.unmute.audio.Wav;
import org.unmute.bench.peer.CaseFolder;
import org.unmute.files.Sha256;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.Encoders;
import org.unmute.probes.cache.CacheKey;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TokenLayout;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.Npy;

/**
 * Rows of {@code unmute detect}, from a WAV file to a table of events, as hours of audio per hour. KWT-1 and EAT have
 * random weights of the right shapes: the time does not depend on their values.
 */
final class DetectRows {
    private static final int THREADS = 2;
    private static final int RATE = 16_000;
    private static final int MINUTE = 60;
    private static final long SEED = 7;
    private static final List<String> CLASSES = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    private static final String RECORDING = "recording.wav";
    private static final String PROBE = "probe.safetensors";

    private DetectRows() {}

    /** Writes the checkpoint of an encoder. */
    @FunctionalInterface
    private interface Weights {
        void write(CaseWriter writer, Path folder) throws IOException;
    }

    /** @param root of the repository, with the launcher */
    static List<Row> all(Path root) {
        return List.of(
                row(root, "kwt1", "KWT-1", 10 * MINUTE, (w, _) -> w.model(recipe(ModelShapes.kwt1()))),
                row(
                        root,
                        "embedded",
                        "the embedded encoder",
                        10 * MINUTE,
                        (_, folder) -> Files.write(folder.resolve(CaseFolder.MODEL), Encoders.embeddedBytes())),
                row(
                        root,
                        "eat",
                        "EAT base",
                        3 * MINUTE,
                        (w, _) -> w.model(RecipeCheckpoint.of("eat", true, SEED, ModelShapes.eat(), Map.of()))));
    }

    private static RecipeCheckpoint recipe(Map<String, Shape> shapes) {
        return new RecipeCheckpoint(SEED, shapes, Map.of(), Map.of());
    }

    private static Row row(Path root, String name, String title, int seconds, Weights weights) {
        Row.Command command = (folder, result) -> List.of(
                root.resolve("unmute"),
                "detect",
                "--threads",
                THREADS,
                "--quiet",
                "--encoder",
                folder.resolve(CaseFolder.MODEL),
                "--probe",
                folder.resolve(PROBE),
                "--audio",
                folder.resolve(RECORDING),
                "--out",
                result);
        return new Row(
                "detect-" + name + "-t2",
                "`unmute detect` protobin, a WAV file of " + seconds / MINUTE + " min, " + title + ", whole process",
                THREADS,
                0,
                0,
                seconds,
                List.of(),
                false,
                folder -> write(folder, seconds, weights),
                Row.within(0),
                Map.of(Row.OURS, new Row.Program(command, DetectRows::times)));
    }

    private static void write(Path folder, int seconds, Weights weights) throws IOException {
        CaseWriter writer = new CaseWriter(folder, "detect").field("seconds", seconds);
        weights.write(writer, folder);
        Wav.write(folder.resolve(RECORDING), CaseWriter.sound(SEED, seconds * RATE, RATE), RATE);
        Path model = folder.resolve(CaseFolder.MODEL);
        Encoder encoder = Encoders.open(model);
        EncoderSpec spec = encoder.describe();
        CacheKey key = CacheKey.of(spec, Sha256.of(model), Resampler.Kernel.HANN, DType.F32);
        Probe probe = Probes.create(
                Backends.current(),
                "protobin",
                new TokenLayout(spec.dim(), spec.freq(), spec.hasCls(), 0),
                CLASSES.size(),
                ProbeOptions.DEFAULTS,
                SEED);
        new TrainedProbe(probe, CLASSES, spec.hasCls(), false, null, key.encoderHash(), key.frontEndHash())
                .save(folder.resolve(PROBE));
        writer.write();
    }

    /** Starts and ends of the events. */
    private static void times(Path result, Path printed, Path to) throws IOException {
        List<Float> times = new ArrayList<>();
        List<String> lines = Files.readAllLines(result.resolve("events.csv"));
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",");
            times.add(Float.parseFloat(cells[1]));
            times.add(Float.parseFloat(cells[2]));
        }
        if (times.isEmpty()) {
            throw new IOException("no events: the row would not time what they cost");
        }
        float[] all = new float[times.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = times.get(i);
        }
        Npy.write(to.resolve("times.npy"), Shape.of(all.length / 2, 2), all);
    }
}
