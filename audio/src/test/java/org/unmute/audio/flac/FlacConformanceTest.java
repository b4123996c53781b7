package org.unmute.audio.flac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.files.fixture.AllocatedBytes;
import org.unmute.kernels.contract.golden.RealData;

/** Reads FLAC files and compares each with the outcome stated in {@code index.json}. */
class FlacConformanceTest {
    /** Maximum total allocation of a decoder, independent of the file's length. */
    private static final long MAX_ALLOCATED = 16 << 20;

    @TestFactory
    List<DynamicTest> files() throws IOException {
        Path index = RealData.require("flac/index.json");
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode entry : new ObjectMapper().readTree(index.toFile()).get("files")) {
            String name = entry.get("file").asText();
            Path file = index.resolveSibling(name);
            tests.add(dynamicTest(name, () -> check(entry, file)));
        }
        assertThat(tests).isNotEmpty();
        return tests;
    }

    private static void check(JsonNode entry, Path file) throws IOException {
        String expected = entry.get("expected").asText();
        String md5 = entry.path("md5_actual").asText(entry.path("md5").asText());
        switch (expected) {
            case "decode" -> {
                assertThat(IntegerSamples.md5(file)).isEqualTo(md5);
                assertThat(framesOf(AudioSource.of(file))).isEqualTo(framesOf(stream(file)));
            }
            case "refuse" -> {
                assertThatThrownBy(() -> framesOf(AudioSource.of(file))).isInstanceOf(UnreadableAudioException.class);
                assertThatThrownBy(() -> framesOf(stream(file))).isInstanceOf(UnreadableAudioException.class);
            }
            case "either" -> {
                String actual;
                try {
                    framesOf(AudioSource.of(file));
                    actual = IntegerSamples.md5(file);
                } catch (UnreadableAudioException e) {
                    assertThat(e.reason()).isNotBlank();
                    return;
                }
                assertThat(actual).isEqualTo(md5);
            }
            default -> throw new AssertionError("index.json: expected is " + expected);
        }
    }

    /** The file as a stream that cannot seek back. */
    private static AudioSource stream(Path file) throws IOException {
        InputStream in = Files.newInputStream(file);
        return AudioSource.of(in, file.toString());
    }

    private static long framesOf(AudioSource source) throws IOException {
        long before = AllocatedBytes.now();
        try (source;
                AudioStream stream = AudioStream.open(source)) {
            if (!(stream instanceof FlacStream)) {
                throw new UnreadableAudioException(source.name(), "not FLAC");
            }
            float[] buffer = new float[5000];
            long frames = 0;
            for (int n = stream.read(buffer, 0, 5000); n > 0; n = stream.read(buffer, 0, 5000)) {
                frames += n;
            }
            assertThat(frames).isEqualTo(stream.frames().orElse(frames)).isEqualTo(stream.position());
            return frames;
        } finally {
            assertThat(AllocatedBytes.now() - before).as("bytes allocated").isLessThan(MAX_ALLOCATED);
        }
    }
}
