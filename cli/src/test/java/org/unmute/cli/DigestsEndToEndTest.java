package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;
import org.unmute.tensor.io.StoredType;

/** All commands refuse trained weights whose bytes changed on disk; files without a digest are accepted. */
class DigestsEndToEndTest {
    private static final int SIGNS = 500;

    @TempDir
    static Path folder;

    private static LearnedRun fixture;

    @BeforeAll
    static void prepare() throws IOException {
        fixture = LearnedRun.in(folder);
    }

    private static Path copy(String name) throws IOException {
        Path run = Files.createDirectories(folder.resolve(name));
        for (String file : new String[] {"probe-seed0.safetensors", "run.json"}) {
            Files.copy(fixture.run().resolve(file), run.resolve(file));
        }
        return run.resolve("probe-seed0.safetensors");
    }

    private static Ran eval(Path run) {
        return Ran.unmute("eval", "--probe", run, "--cache", fixture.cache(), "--labels", fixture.labels());
    }

    @Test
    void flippedSignsAreNotScoredWith() throws IOException {
        Path probe = copy("flipped");
        byte[] bytes = Files.readAllBytes(probe);
        SplittableRandom random = new SplittableRandom(0);
        for (int i = 0; i < SIGNS; i++) {
            bytes[bytes.length - 1 - 4 * random.nextInt(SIGNS)] ^= (byte) 0x80;
        }
        Files.write(probe, bytes);
        Path run = probe.getParent();
        Path recording = fixture.folder().resolve("recordings/test/000000.wav");
        Path out = folder.resolve("out");
        for (Ran ran : new Ran[] {
            eval(run),
            Ran.unmute("pack", "--probe", run, "--out", folder.resolve("packed.safetensors")),
            Ran.unmute("tag", "--probe", run, "--encoder", fixture.encoder(), "--audio", recording),
            Ran.unmute("detect", "--probe", run, "--audio", recording, "--out", out),
            Ran.unmute("explain", "--probe", run, "--audio", recording)
        }) {
            ran.endsWith(ExitCode.INPUT);
            assertThat(ran.out()).isEmpty();
            assertThat(ran.err())
                    .contains(probe.toString())
                    .contains("digest-mismatch", "bytes changed after it was written", "train it again");
        }
        assertThat(run.resolve("eval.json")).doesNotExist();
        assertThat(folder.resolve("packed.safetensors")).doesNotExist();
        assertThat(out).doesNotExist();
    }

    @Test
    void anEncoderOfPretrainIsRefusedToo() throws IOException {
        Path encoder = Files.copy(fixture.encoder(), folder.resolve("encoder.safetensors"));
        byte[] bytes = Files.readAllBytes(encoder);
        bytes[bytes.length - 1] ^= (byte) 0x80;
        Files.write(encoder, bytes);
        Path cache = folder.resolve("nothing");
        Ran ran = Ran.unmute(
                        "embed --encoder {} --audio {} --out {}",
                        encoder,
                        fixture.folder().resolve("recordings"),
                        cache)
                .endsWith(ExitCode.INPUT);
        assertThat(ran.err()).contains(encoder.toString()).contains("digest-mismatch");
        assertThat(cache).doesNotExist();
    }

    /** The converted file keeps the metadata of its source, whose digest does not match the new bytes. */
    @Test
    void aConvertedEncoderHasADigestOfItsOwn() throws IOException {
        Path converted = folder.resolve("converted.safetensors");
        Ran.ok("convert", "-q", "--dtype", "f32", fixture.encoder(), converted);
        try (SafetensorsFile file = SafetensorsFile.open(converted)) {
            file.requireDigest();
        }
        Ran.ok("convert", "-q", "--dry-run", converted);
    }

    /** Probes without a digest still open, with a remark that it is missing. */
    @Test
    void probesOfTheVersionWithoutDigestAreRead() throws IOException {
        Path probe = copy("old");
        SafetensorsWriter old = new SafetensorsWriter();
        try (SafetensorsFile in = SafetensorsFile.open(probe)) {
            in.metadata().forEach((key, value) -> {
                if (!key.equals("unmute_digest")) {
                    old.metadata(key, value.replace("unmute-probe-2", "unmute-probe-1"));
                }
            });
            for (String name : in.names()) {
                if (in.type(name) == StoredType.I32) {
                    old.add(name, in.shape(name), in.ints(name));
                } else if (in.type(name) == StoredType.F64) {
                    old.add(name, in.shape(name), in.doubles(name));
                } else {
                    old.add(name, in.shape(name), in.floats(name));
                }
            }
        }
        old.write(probe);
        Ran before = eval(fixture.run()).endsWith(ExitCode.OK);
        Ran now = eval(probe.getParent()).endsWith(ExitCode.OK);
        assertThat(now.out()).isEqualTo(before.out());
        assertThat(now.err()).contains("probe " + probe + " has no digest");
        assertThat(before.err()).doesNotContain("digest");
    }
}
