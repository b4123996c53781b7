package org.unmute.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.kernels.device.Kernel;
import org.unmute.kernels.device.KernelSource;

/** The sources that PTX is built from, see {@code build-ptx}. */
final class PtxSource {
    private static final Pattern HASH = Pattern.compile("// sha256 ([0-9a-f]{64})");

    private PtxSource() {}

    /** The {@code .cu} files, without extension. */
    static Set<String> files() {
        Set<String> all = new TreeSet<>(Variants.FILES.keySet());
        CudaKernels.ALL.keySet().forEach(k -> all.add(k.family()));
        return all;
    }

    /** The text of a {@code .cu} file with headers inlined. */
    static String variants(String file) {
        return KernelSource.text(file + ".cu", PtxSource::read);
    }

    /** A file of this package, or a header of the portable kernels. */
    static String read(String file) {
        try (InputStream in = Variants.class.getResourceAsStream(file)) {
            return in == null ? KernelSource.read(file) : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All kernels of a {@code .cu} file. */
    static List<Kernel> kernels(String file) {
        Stream<Kernel> variants = Variants.FILES.getOrDefault(file, List.of()).stream()
                .flatMap(k -> Stream.of(Precision.TF32, Precision.BF16)
                        .map(p -> Variants.of(k, p, Variants.MIN_CAPABILITY).orElseThrow()));
        Stream<Kernel> others = CudaKernels.ALL.keySet().stream()
                .filter(k -> k.family().equals(file))
                .sorted(Comparator.comparing(Kernel::name));
        return Stream.concat(variants, others).toList();
    }

    /** SHA-256, in hexadecimal, of a text with headers inlined, without line numbers, line comments and blank lines. */
    static String hash(String text) {
        String code = text.lines()
                .filter(line -> !line.startsWith("#line "))
                .map(line -> line.replaceFirst("//.*$", "").stripTrailing())
                .filter(line -> !line.isEmpty())
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(code.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The {@link #hash} of the source that a PTX file names in its header. */
    static String hashIn(String ptx) {
        Matcher m = HASH.matcher(ptx);
        if (!m.find()) {
            throw new IllegalStateException("cuda: PTX without the hash of its source: run kernels/cuda/build-ptx");
        }
        return m.group(1);
    }
}
