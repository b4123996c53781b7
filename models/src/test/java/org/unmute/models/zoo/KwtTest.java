package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unmute.audio.Wav;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.kernels.contract.golden.RealData;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Tensor;

/** Compares KWT-1 with its real, trained weights with the original graph. */
class KwtTest {
    private static final double LOGIT_TOLERANCE = 1e-3;
    private static final double BLOCK_TOLERANCE = 1e-4;

    private static Encoder open() throws IOException {
        return Encoders.open(RealData.require("kwt1/kwt1_v2_12.safetensors"));
    }

    @Test
    void everyBlockFromTheStoredCoefficients() throws IOException {
        Encoder kwt = open();
        Path folder = RealData.require("kwt1/golden");
        for (String clip : List.of("yes", "stop")) {
            Map<String, Tensor> seen = new LinkedHashMap<>();
            Tensor out = Grad.withoutRecording(() ->
                    kwt.network().forward(Tensor.of(read(folder, clip + "_mfcc"), 1, 98, 40), seen::put));
            Golden.assertClose(
                    clip + " embed",
                    read(folder, clip + "_embed"),
                    seen.get("embed").toFloats(),
                    BLOCK_TOLERANCE,
                    0);
            for (int i = 0; i < kwt.describe().depth(); i++) {
                Golden.assertClose(
                        clip + " block " + i,
                        read(folder, "%s_block%02d".formatted(clip, i)),
                        seen.get("block." + i).toFloats(),
                        BLOCK_TOLERANCE,
                        0);
            }
            Golden.assertClose(
                    clip + " logits",
                    read(folder, clip + "_logits"),
                    kwt.network().classify(out).toFloats(),
                    LOGIT_TOLERANCE,
                    0);
        }
    }

    @Test
    void logitsOfAllSharedClips() throws IOException {
        Encoder kwt = open();
        Path folder = RealData.require("speech_commands");
        List<String> lines = Files.readAllLines(folder.resolve("manifest_kwt1_golden.csv"));
        int right = 0;
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",");
            float[] expected = new float[cells.length - 2];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = Float.parseFloat(cells[i + 2]);
            }
            float[] logits = kwt.scores(Wav.read(folder.resolve(cells[0])).samples());
            Golden.assertClose(cells[0], expected, logits, LOGIT_TOLERANCE, 0);
            assertThat(argmax(logits)).as(cells[0]).isEqualTo(argmax(expected));
            right += kwt.describe().classes().get(argmax(logits)).equals(cells[1]) ? 1 : 0;
        }
        assertThat(lines).hasSizeGreaterThan(400);
        assertThat(right).as("right of " + (lines.size() - 1)).isGreaterThan((int) (0.9 * lines.size()));
    }

    private static int argmax(float[] x) {
        int best = 0;
        for (int i = 1; i < x.length; i++) {
            if (x[i] > x[best]) {
                best = i;
            }
        }
        return best;
    }

    private static float[] read(Path folder, String name) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(folder.resolve(name + ".f32")))
                    .order(ByteOrder.LITTLE_ENDIAN);
            float[] out = new float[bytes.remaining() / 4];
            bytes.asFloatBuffer().get(out);
            return out;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
