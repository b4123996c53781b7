package org.unmute.models.frontend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.unmute.audio.Recording;
import org.unmute.audio.Wav;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.DType;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;

/** The folder {@code fbank} of the reference numbers: its index, its inputs, and its names for front ends. */
final class GoldenFbank {
    private static final String PACKED = ".gz";

    private static final Pattern PRESET = Pattern.compile("(hanning|povey)(\\d+)k(_x32768)?");

    private GoldenFbank() {}

    /** A front end, identified by its name in the folder, such as {@code povey16k_x32768}. */
    record Preset(WindowFunction window, int sampleRate, float gain) {
        static Optional<Preset> of(String name) {
            Matcher m = PRESET.matcher(name);
            return m.matches()
                    ? Optional.of(new Preset(
                            m.group(1).equals("povey") ? WindowFunction.POVEY : WindowFunction.HANNING,
                            1000 * Integer.parseInt(m.group(2)),
                            m.group(3) == null ? 1 : 32768))
                    : Optional.empty();
        }

        /**
         * Computes the fbank of samples at the preset's rate, on the backend if it is a device. The clip's mean is not
         * removed, since each frame loses its own.
         */
        float[] compute(float[] samples, int bins) {
            float[] scaled = new float[samples.length];
            for (int i = 0; i < samples.length; i++) {
                scaled[i] = gain * samples[i];
            }
            KaldiFbank fbank = new KaldiFbank(FbankOptions.of(sampleRate, bins, window));
            Backend backend = Backends.current();
            if (!backend.isDevice()) {
                return fbank.compute(scaled);
            }
            try (TensorScope _ = new TensorScope()) {
                Tensor x = Tensor.of(backend, scaled, 1, scaled.length);
                return Tensor.compute(
                                backend,
                                DType.F32,
                                Shape.of(1, fbank.frames(scaled.length), bins),
                                out -> backend.filterBank(x.view(), fbank.steps(), out))
                        .toFloats();
            }
        }
    }

    static Path folder() {
        return Golden.require("fbank");
    }

    static JsonNode index() {
        try {
            return new ObjectMapper().readTree(folder().resolve("index.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sorted files of the folder with this name prefix and suffix, of packed ones their copies. */
    static List<Path> files(String prefix, String suffix) throws IOException {
        Stream<String> plain = list(folder(), prefix, suffix).stream().map(GoldenFbank::name);
        Stream<String> packed = list(folder(), prefix, suffix + PACKED).stream()
                .map(GoldenFbank::name)
                .map(name -> name.substring(0, name.length() - PACKED.length()));
        return Stream.concat(plain, packed)
                .sorted()
                .map(name -> Golden.require("fbank/" + name))
                .toList();
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    /** Sorted inputs of the folder with this name prefix. */
    static List<Path> inputs(String prefix) throws IOException {
        return list(folder().resolve("wav"), prefix, ".wav");
    }

    private static List<Path> list(Path folder, String prefix, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().startsWith(prefix)
                            && f.getFileName().toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    /** An input, by its file name without extension, from {@code fbank/wav} or the common {@code wav}. */
    static Recording input(String stem) throws IOException {
        Path own = folder().resolve("wav").resolve(stem + ".wav");
        Path common = Golden.root().resolve("wav").resolve(stem + ".wav");
        Assertions.assertTrue(
                Files.exists(own) || Files.exists(common), "no input " + stem + ".wav in fbank/wav or wav");
        return Wav.read(Files.exists(own) ? own : common);
    }

    /** Transposes {@code [rows, columns]} to {@code [columns, rows]}. */
    static float[] transposed(float[] matrix, int rows, int columns) {
        float[] t = new float[matrix.length];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                t[c * rows + r] = matrix[r * columns + c];
            }
        }
        return t;
    }
}
