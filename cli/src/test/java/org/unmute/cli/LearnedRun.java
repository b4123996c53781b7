package org.unmute.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.unmute.cli.console.ExitCode;
import org.unmute.probes.pool.TrainedProbe;

/**
 * A probe that learned thresholds on validation clips of synthesized scenes.
 *
 * @param trained the run of its training command
 */
record LearnedRun(Path folder, Path encoder, Path cache, Path labels, Path run, Ran trained) {
    static final int TRAIN = 12;
    static final int VALIDATION = 9;
    static final int TEST = 6;
    static final List<String> CLASSES = List.of("bee", "crow", "dog");

    static LearnedRun in(Path folder) throws IOException {
        Path encoder = TinyEncoder.write(folder, 16);
        Path recordings = TinyEncoder.recordings(folder, TRAIN + VALIDATION, TEST);
        Path cache = folder.resolve("cache");
        Ran.ok("embed", "-q", "--encoder", encoder, "--audio", recordings, "--out", cache);
        Path labels = Files.writeString(folder.resolve("labels.csv"), labels("val"));
        Path run = folder.resolve("run");
        return new LearnedRun(
                folder,
                encoder,
                cache,
                labels,
                run,
                probe(cache, labels, run, "--val-split", "val").endsWith(ExitCode.OK));
    }

    static String labels(String validation) {
        StringBuilder text = new StringBuilder("file,labels,split\n");
        for (int i = 0; i < TRAIN + VALIDATION; i++) {
            text.append(String.format(
                    "train/%06d.wav,%s%s,%s%n",
                    i,
                    i % 2 == 0 ? "bee" : "crow",
                    i < TRAIN && i % 3 == 0 ? ";dog" : "",
                    i < TRAIN ? "train" : validation));
        }
        for (int i = 0; i < TEST; i++) {
            text.append(String.format("test/%06d.wav,%s,test%n", i, i % 2 == 0 ? "bee;dog" : "crow"));
        }
        return text.toString();
    }

    Ran probe(Path file, Path out, Object... more) {
        return probe(cache, file, out, more);
    }

    private static Ran probe(Path cache, Path file, Path out, Object... more) {
        return Ran.unmute(Ran.with(
                Ran.line("probe -q --probe protobin --cache {} --labels {} --epochs 3 --out {}", cache, file, out),
                more));
    }

    static TrainedProbe saved(Path run) throws IOException {
        return TrainedProbe.open(run.resolve("probe-seed0.safetensors"));
    }
}
