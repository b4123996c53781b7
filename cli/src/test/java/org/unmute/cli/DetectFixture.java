package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.unmute.audio.Wav;
import org.unmute.data.scene.Split;
import org.unmute.data.scene.SyntheticScenes;

/** Probes on the built-in encoder, and recordings in which to find events. */
final class DetectFixture {
    private static final int CLIPS = 24;

    private DetectFixture() {}

    /** Trains probes on synthesized clips, without validation clips, and returns the folders of their runs. */
    static List<Path> probes(Path folder, String... names) throws IOException {
        Path clips = folder.resolve("clips");
        new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(1), 5).write(clips, CLIPS, 0);
        Path cache = folder.resolve("cache");
        Ran.ok("embed", "-q", "--audio", clips, "--out", cache);
        List<Path> runs = new ArrayList<>();
        for (String name : names) {
            runs.add(probe(folder, name, folder.resolve("run-" + name)));
        }
        return runs;
    }

    /** Trains another probe on the same clips. */
    static Path probe(Path folder, String name, Path out, Object... more) {
        List<Object> args = new ArrayList<>(List.of("probe", "-q", "--probe", name, "--epochs", 15, "--out", out));
        args.addAll(List.of("--cache", folder.resolve("cache"), "--labels", folder.resolve("clips/manifest.csv")));
        args.addAll(Arrays.asList(more));
        if (Arrays.stream(more).noneMatch(a -> a.toString().startsWith("--val-"))) {
            args.addAll(List.of("--thresholds", "none"));
        }
        Ran.ok(args.toArray());
        return out;
    }

    /** A scene of the given length at 16 kHz. */
    static float[] scene(int number, int seconds) {
        return new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(seconds), 9)
                .clip(Split.TEST, number)
                .samples();
    }

    /** Writes scenes {@code 0.wav …} of 1 to 3 s. */
    static Path recordings(Path folder, int count) throws IOException {
        Files.createDirectories(folder);
        for (int i = 0; i < count; i++) {
            Wav.write(folder.resolve(i + ".wav"), scene(i, 1 + i % 3), 16_000);
        }
        return folder;
    }

    /** Writes arbitrary float samples to several equal channels. */
    static void writeFloats(Path file, float[] samples, int rate, int channels) throws IOException {
        float[][] equal = new float[channels][];
        Arrays.fill(equal, samples);
        writeFloats(file, rate, equal);
    }

    /** Writes arbitrary float samples of channels of one length. */
    static void writeFloats(Path file, int rate, float[]... samples) throws IOException {
        int channels = samples.length;
        int bytes = samples[0].length * channels * Float.BYTES;
        ByteBuffer out = ByteBuffer.allocate(44 + bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + bytes);
        out.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        out.putShort((short) 3).putShort((short) channels).putInt(rate);
        out.putInt(rate * channels * Float.BYTES).putShort((short) (channels * Float.BYTES));
        out.putShort((short) 32).put("data".getBytes(StandardCharsets.US_ASCII)).putInt(bytes);
        for (int i = 0; i < samples[0].length; i++) {
            for (float[] channel : samples) {
                out.putFloat(channel[i]);
            }
        }
        Files.write(file, out.array());
    }

    /** All files in a folder of events by path, without those that state when and by what process they were written. */
    static TreeMap<String, byte[]> content(Path folder) throws IOException {
        TreeMap<String, byte[]> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                String name = folder.relativize(file).toString().replace('\\', '/');
                if (!List.of("run.json", ".detect/lock").contains(name)) {
                    try {
                        all.put(
                                name,
                                ManifestContent.isOne(name)
                                        ? ManifestContent.of(file).getBytes(StandardCharsets.UTF_8)
                                        : Files.readAllBytes(file));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            });
        }
        return all;
    }

    static void assertSame(Path actual, Path expected) throws IOException {
        TreeMap<String, byte[]> one = content(actual);
        TreeMap<String, byte[]> other = content(expected);
        assertThat(one.keySet()).isEqualTo(other.keySet());
        other.forEach((name, bytes) ->
                assertThat(Arrays.mismatch(one.get(name), bytes)).as(name).isEqualTo(-1));
    }
}
