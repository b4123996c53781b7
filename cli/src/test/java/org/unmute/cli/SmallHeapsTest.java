package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.audio.Wav;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.Json;
import org.unmute.kernels.contract.FullBuild;

/** The smallest heaps that docs/command-line.md states, in processes that start as the launcher starts them. */
@FullBuild("starts commands on ten minutes of sound, and writes an encoder of 350 MB")
class SmallHeapsTest {
    private static final int RATE = 16_000;
    private static final Pattern HEAP = Pattern.compile("`(-Xmx[0-9]+m)`");

    @TempDir
    static Path folder;

    /** The option in the only line of the page's table that begins so. */
    private static String heap(String row) throws Exception {
        List<String> lines = Files.readAllLines(Checkout.root().resolve("docs/command-line.md")).stream()
                .filter(line -> line.startsWith("| " + row))
                .toList();
        assertThat(lines).as(row).hasSize(1);
        Matcher found = HEAP.matcher(lines.getFirst());
        assertThat(found.find()).as(lines.getFirst()).isTrue();
        return found.group(1);
    }

    private static Ran unmute(String heap, Object... arguments) throws Exception {
        Path launcher = Checkout.root().resolve("cli/src/launcher");
        List<String> all = new ArrayList<>(List.of("@" + launcher.resolve("java.options")));
        if (!arguments[0].equals("probe")) {
            all.add("@" + launcher.resolve("kernels.options"));
        }
        all.addAll(List.of(heap, "-cp", Java.joined(Java.path()), "org.unmute.cli.Main"));
        for (Object argument : arguments) {
            all.add(argument.toString());
        }
        return Java.run(folder, Map.of(), all);
    }

    private static Path noise(String name, int seconds) throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        float[] samples = new float[seconds * RATE];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) random.nextDouble(-0.3, 0.3);
        }
        Path file = folder.resolve(name);
        Wav.write(file, samples, RATE);
        return file;
    }

    @Test
    void aProbeIsTrainedAndTenMinutesAreSearched() throws Exception {
        Path demo = folder.resolve("demo");
        Ran.ok("demo", "-q", "--train", 40, "--test", 10, "--seeds", 1, "--epochs", 1, "--out", demo);
        Path labels = demo.resolve("recordings/manifest.csv");
        Path run = folder.resolve("run");
        unmute(
                        heap("`probe`"),
                        Ran.line(
                                "probe -q --probe protobin --cache {} --labels {} --split train --out {}",
                                demo.resolve("cache"),
                                labels,
                                run))
                .endsWith(ExitCode.OK);
        Path events = folder.resolve("events");
        unmute(
                        heap("`detect`"),
                        Ran.line(
                                "detect -q --encoder embedded --probe {} --audio {} --out {}",
                                run,
                                noise("ten.wav", 600),
                                events))
                .endsWith(ExitCode.OK);
        assertThat(events.resolve("events.csv")).exists();
    }

    @Test
    void aClipIsEmbeddedByAnEncoderOfBaseSize() throws Exception {
        Path encoder = folder.resolve("m2d.safetensors");
        BaseSizesTest.write("m2d", encoder); // a ViT of the size of EAT base
        Path cache = folder.resolve("cache");
        unmute(heap("`embed`"), "embed", "-q", "--encoder", encoder, "--audio", noise("one.wav", 10), "--out", cache)
                .endsWith(ExitCode.OK);
        JsonNode phases = Json.read(cache.resolve("run.json")).path("results").path("phases");
        assertThat(phases.fieldNames())
                .toIterable()
                .startsWith("java", "options", "encoder", "recordings")
                .endsWith("firstClip", "otherClips");
        assertThat(phases).allSatisfy(seconds -> assertThat(seconds.asDouble()).isBetween(0.0, 600.0));
    }
}
