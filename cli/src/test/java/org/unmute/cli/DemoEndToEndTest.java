package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.data.scene.SyntheticScenes;

/** The demo with small settings. */
class DemoEndToEndTest {
    @TempDir
    Path folder;

    @TempDir
    Path events;

    @Test
    void runsOnTheEncoderInTheProgramAndLeavesAReport() throws IOException {
        Ran ran = Ran.ok("demo", "-q", "--train", 24, "--test", 16, "--seeds", 1, "--out", folder);
        assertThat(ran.out()).contains("16 test clips of 10 classes", "protobin", "mhca", "report.html");
        String html = Files.readString(folder.resolve("report.html"));
        assertThat(html)
                .contains("protobin")
                .doesNotContain("src=\"http", "href=\"http", "url(http", "<script src", "@import");
        assertThat(folder.resolve("run.json")).exists();
        theProbesAreOfUse(ran);
        trainsAsProbeDoes();
        fsckNamesTheDemo();
    }

    /** By its defaults, of which protobin is one. */
    private void trainsAsProbeDoes() throws IOException {
        Path classes = Files.write(events.resolve("classes.csv"), SyntheticScenes.classNames());
        for (List<String> choice : List.of(List.of("--probe", "linear-mean"), List.<String>of())) {
            String name = choice.isEmpty() ? "protobin" : choice.getLast();
            List<Object> probe = new ArrayList<>(
                    List.of("probe", "-q", "--split", "train", "--thresholds", "none", "--out", events.resolve(name)));
            List<Object> tokens =
                    List.of("--cache", folder.resolve("cache"), "--labels", folder.resolve("recordings/manifest.csv"));
            probe.addAll(tokens);
            probe.addAll(choice);
            probe.addAll(List.of("--vocabulary", classes));
            Ran.ok(probe.toArray());
            List<String> scores = new ArrayList<>();
            for (Path file : List.of(folder.resolve("probe-" + name + "-seed0.safetensors"), events.resolve(name))) {
                List<Object> eval = new ArrayList<>(List.of("eval", "-q", "--bootstrap", 0, "--probe", file));
                eval.addAll(tokens);
                scores.add(Ran.ok(eval.toArray()).out());
            }
            assertThat(scores.getFirst()).contains("mAP").isEqualTo(scores.getLast());
        }
    }

    /** The commands that README and the help name next: nothing but the demo is needed. */
    private void theProbesAreOfUse(Ran ran) throws IOException {
        for (String name : List.of("linear", "linear-mean", "mhca", "protobin")) {
            assertThat(folder.resolve("probe-" + name + "-seed0.safetensors")).exists();
        }
        Path probe = folder.resolve("probe-protobin-seed0.safetensors");
        assertThat(ran.out()).contains("probes: " + probe + " and 3 more");
        Path recordings = folder.resolve("recordings/test");
        Ran.ok("detect", "-q", "--probe", probe, "--audio", recordings, "--format", "csv,raven", "--out", events);
        assertThat(events.resolve("events.csv")).exists();
        // Trained on the tokens of the demo's cache, which the saved digests of encoder and front end show.
        Object[] eval = Ran.line(
                "eval -q --probe {} --cache {} --labels {} --split test",
                probe,
                folder.resolve("cache"),
                folder.resolve("recordings/manifest.csv"));
        assertThat(Ran.ok(eval).out()).contains("mAP");
        // The cache tells when its rows begin.
        Object[] rows = Ran.line(
                "probe -q --probe linear-mean --cache {} --labels {} --frames {} --epochs 1 --out {}",
                folder.resolve("cache"),
                folder.resolve("recordings/manifest.csv"),
                folder.resolve("recordings/train-events.tsv"),
                events.resolve("rows"));
        Ran.ok(rows);
    }

    /** A demo that ended after writing recordings but before noting their settings could not be resumed. */
    @Test
    void theSettingsOfRecordingsAreThereBeforeThem() throws IOException {
        Files.writeString(folder.resolve("recordings"), "in the way");
        Files.write(folder.resolve(FolderManifest.FILE), new FolderManifest(false, List.of()).encode());
        Object[] demo = {"demo", "-q", "--train", 24, "--test", 16, "--seeds", 1, "--epochs", 1, "--out", folder};
        Ran.unmute(demo).endsWith(ExitCode.FAILED);
        assertThat(folder.resolve("demo-settings.txt")).hasContent("train 24, test 16, seed 0");
    }

    /** The record of the cache names the demo, so the suggested repair is to run it again. */
    private void fsckNamesTheDemo() throws IOException {
        assertThat(Ran.ok("fsck", folder).out()).contains("Nothing is damaged or unfinished.");
        Path shard = folder.resolve("cache/shard-00000.tok");
        byte[] bytes = Files.readAllBytes(shard);
        bytes[bytes.length / 2] ^= 1;
        Files.write(shard, bytes);
        assertThat(Ran.unmute("fsck", folder).endsWith(ExitCode.FAILED).out())
                .contains("  run: unmute demo -q --train 24 ", "1 damaged, 0 unfinished, 0 left over");
    }
}
