package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.kernels.contract.FullBuild;

/**
 * A {@code detect} of a long recording that is killed with SIGKILL at random positions and rerun each time leaves the
 * same files as an uninterrupted one, and repeats little of the work. {@code bench/kill-campaign --hours 6} does so
 * with a recording of six hours.
 */
@FullBuild("kills processes")
@EnabledOnOs(value = OS.LINUX, disabledReason = "where a process is in a file, /proc tells")
class LongDetectKillTest {
    private static final double SECONDS = Double.parseDouble(System.getProperty("unmute.kills.hours", "0.25")) * 3600;
    private static final int KILLS = Integer.getInteger("unmute.kills", 3);
    private static final long SEED = Long.getLong("unmute.kills.seed", 1);
    private static final int RATE = 16_000;
    private static final int HEADER = 44;
    private static final double MAX_READ_AGAIN = 300;
    private static final Pattern RESUMES = Pattern.compile("resumes at ([\\d.]+) s");

    @TempDir
    Path folder;

    @Test
    void aLongRecordingGoesOnWhereItWasKilled() throws Exception {
        Path probe = DetectFixture.probes(folder, "protobin").getFirst();
        Path recordings = Files.createDirectories(folder.resolve("recordings"));
        Path recording = recordings.resolve("night.wav");
        write(recording);
        Path undisturbed = folder.resolve("undisturbed");
        Process whole = start(probe, recordings, undisturbed, folder.resolve("undisturbed.log"));
        try {
            kill(probe, recordings, recording, undisturbed, whole);
        } finally {
            whole.destroyForcibly().waitFor();
        }
    }

    private void kill(Path probe, Path recordings, Path recording, Path undisturbed, Process whole) throws Exception {
        double[] places =
                new SplittableRandom(SEED).doubles(KILLS, 0, SECONDS).sorted().toArray();
        Path killed = folder.resolve("killed");
        List<Double> again = new ArrayList<>();
        double read = 0;
        int kills = 0;
        for (double place : places) {
            Process process = start(probe, recordings, killed, log());
            double at = kill(process, recording, killed, place);
            double from = goesOn();
            again.add(read - from);
            if (at < 0) {
                break;
            }
            kills++;
            read = at;
            Ran.ok("fsck", "-q", killed);
        }
        Process last = start(probe, recordings, killed, log());
        assertThat(last.waitFor()).as(Files.readString(log())).isEqualTo(ExitCode.OK);
        again.add(read - goesOn());
        assertThat(whole.waitFor())
                .as(Files.readString(folder.resolve("undisturbed.log")))
                .isEqualTo(ExitCode.OK);
        DetectFixture.assertSame(killed, undisturbed);
        assertThat(kills).isEqualTo(KILLS);
        double most = again.stream().mapToDouble(s -> s).max().orElseThrow();
        String text = String.format(
                Locale.ROOT,
                "A recording of %.0f s, %d events: killed with SIGKILL at %d random places (seed %d) and run again,"
                        + " the same files. Sound read again: at most %.1f s, %.1f s in all.%n",
                SECONDS,
                Files.readAllLines(undisturbed.resolve("events.csv")).size() - 1,
                kills,
                SEED,
                most,
                again.stream().mapToDouble(s -> s).sum());
        System.out.println(text);
        Files.writeString(Path.of("target/kill-campaign.txt"), text);
        assertThat(most).isLessThan(MAX_READ_AGAIN);
    }

    /** Writes a recording that concatenates a few scenes, repeated at different loudness. */
    private static void write(Path file) throws IOException {
        int frames = (int) (SECONDS * RATE);
        List<float[]> scenes = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            scenes.add(DetectFixture.scene(i, 3));
        }
        SplittableRandom random = new SplittableRandom(SEED);
        try (OutputStream out = Files.newOutputStream(file)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
            header.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(HEADER - 8 + 2 * frames);
            header.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
            header.putShort((short) 1).putShort((short) 1).putInt(RATE).putInt(2 * RATE);
            header.putShort((short) 2).putShort((short) 16);
            header.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(2 * frames);
            out.write(header.array());
            for (int done = 0; done < frames; ) {
                float[] scene = scenes.get(random.nextInt(scenes.size()));
                double gain = 0.2 + random.nextDouble() * 0.8;
                int n = Math.min(scene.length, frames - done);
                ByteBuffer bytes = ByteBuffer.allocate(2 * n).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < n; i++) {
                    bytes.putShort((short) Math.clamp(Math.round(gain * scene[i] * 32_767), -32_767, 32_767));
                }
                out.write(bytes.array());
                done += n;
            }
        }
    }

    private Path log() {
        return folder.resolve("process.log");
    }

    private static Process start(Path probe, Path recordings, Path out, Path log) throws IOException {
        return Java.start(
                log,
                List.of(Ran.line(
                        "detect --probe {} --audio {} --threshold 0.4 --format csv,jsonl,raven,audacity,birdnet,parquet --out {}",
                        probe,
                        recordings,
                        out)));
    }

    /** The position in seconds at which the process says that it resumed; 0 if it does not say so. */
    private double goesOn() throws IOException {
        Matcher said = RESUMES.matcher(Files.readString(log(), StandardCharsets.UTF_8));
        return said.find() ? Double.parseDouble(said.group(1)) : 0;
    }

    /**
     * Kills a process once it has read a recording up to a position; returns the position reached, or -1 if it ended
     * before.
     */
    private double kill(Process process, Path recording, Path out, double place) throws Exception {
        boolean noted = isNoted(out);
        try {
            double at = -1;
            // A process that resumes first reads the recording from the start to check that it is the same.
            while (process.isAlive() && (at < place || noted && goesOn() == 0)) {
                process.waitFor(3, TimeUnit.MILLISECONDS);
                at = Math.max(at, noted && goesOn() == 0 ? -1 : position(process, recording));
            }
            return process.isAlive() ? at : -1;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static boolean isNoted(Path out) throws IOException {
        Path state = out.resolve(".detect");
        if (!Files.exists(state)) {
            return false;
        }
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(state, "reading-*.log")) {
            for (Path log : logs) {
                return Files.size(log) > 0;
            }
            return false;
        }
    }

    /** The position in seconds up to which a process has read a recording; 0 if the recording is not open. */
    private static double position(Process process, Path recording) {
        Path proc = Path.of("/proc/" + process.pid());
        try (DirectoryStream<Path> files = Files.newDirectoryStream(proc.resolve("fd"))) {
            for (Path file : files) {
                if (Files.isSymbolicLink(file) && Files.readSymbolicLink(file).equals(recording)) {
                    String info = Files.readString(proc.resolve("fdinfo").resolve(file.getFileName()));
                    return (Long.parseLong(info.split("\\s+")[1]) - HEADER) / (2.0 * RATE);
                }
            }
        } catch (IOException e) {
            return 0; // the file or the process appears and vanishes
        }
        return 0;
    }
}
