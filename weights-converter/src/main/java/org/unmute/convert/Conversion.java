package org.unmute.convert;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.tensor.HalfFloats;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;

/**
 * Writes a checkpoint anew under other tensor names. The new file carries the source's metadata and, under
 * {@link #SOURCE_SHA256}, {@link #SOURCE_FILE} and {@link #KEY_MAP}, where it comes from; {@code format} is set to
 * {@code pt} where the source does not say, as Hugging Face's loader refuses files without it. The target is replaced
 * only once the new file is complete; after an exception it is as before.
 */
public final class Conversion {
    /** Metadata key: SHA-256 of the source file, 64 lower-case hexadecimal digits. */
    public static final String SOURCE_SHA256 = "unmute.source_sha256";
    /** Metadata key: the source's file name without its folder. */
    public static final String SOURCE_FILE = "unmute.source_file";
    /** Metadata key: name of the key map. */
    public static final String KEY_MAP = "unmute.key_map";

    private static final int NAMED_AT_MOST = 8;

    private Conversion() {}

    /**
     * Converts with every tensor's bytes as they are.
     *
     * @see #run(Path, Path, KeyMap, Optional)
     */
    public static Report run(Path source, Path target, KeyMap map) throws IOException {
        return run(source, target, map, Optional.empty());
    }

    /**
     * Converts a safetensors file. Without an element type the bytes are copied from the mapped source; with one, the
     * floating tensors are rounded to it, to nearest, and are all in memory at once; integer tensors keep theirs.
     *
     * @param source an existing safetensors file. Not modified.
     * @param target where the new file goes; not the source
     * @param type element type of the floating tensors, or empty to keep each tensor's own
     * @return what became of each tensor
     * @throws IllegalArgumentException if source and target are the same file or the type is not floating
     * @throws ConversionException if a required tensor is missing, two tensors would get one name, or a number does not
     *     fit the type
     * @throws org.unmute.tensor.io.MalformedFileException if the source breaks a rule of the format
     * @throws IOException if reading or writing fails
     */
    public static Report run(Path source, Path target, KeyMap map, Optional<StoredType> type) throws IOException {
        if (type.isPresent() && !type.get().isFloating()) {
            throw new IllegalArgumentException("convert: weights cannot be stored as " + type.get()
                    + ": use F64, F32, F16 or BF16, or keep the types");
        }
        if (Files.exists(target) && Files.isSameFile(source, target)) {
            throw new IllegalArgumentException("convert: source and target are the same file: " + source
                    + ": write to another, what the key map drops would be lost");
        }
        try (SafetensorsFile file = SafetensorsFile.open(source)) {
            Report report = map.apply(file);
            requireComplete(source, report);
            SafetensorsWriter writer = new SafetensorsWriter();
            for (Map.Entry<String, String> names : report.written().entrySet()) {
                add(writer, names.getValue(), file.entry(names.getKey()), type);
            }
            file.metadata().forEach(writer::metadata);
            if (!file.metadata().containsKey("format")) {
                writer.metadata("format", "pt");
            }
            writer.metadata(SOURCE_SHA256, sha256(source)).metadata(SOURCE_FILE, source.getFileName().toString())
                    .metadata(KEY_MAP, map.name());
            writer.write(target);
            return report;
        }
    }

    private static void requireComplete(Path source, Report report) throws ConversionException {
        List<String> missing = report.missing();
        if (!missing.isEmpty()) {
            List<String> some = missing.subList(0, Math.min(NAMED_AT_MOST, missing.size()));
            throw new ConversionException("convert: " + source + ": key map '" + report.keyMap() + "' needs tensors that "
                    + "are not there (" + missing.size() + "): " + String.join(", ", some)
                    + (some.size() < missing.size() ? ", …" : "")
                    + " (names after conversion): wrong key map, or an incomplete checkpoint");
        }
    }

    private static void add(SafetensorsWriter writer, String name, StoredTensor tensor, Optional<StoredType> type)
            throws ConversionException {
        StoredType to = type.orElse(tensor.type());
        if (to == tensor.type() || !tensor.type().isFloating()) {
            writer.add(name, tensor.type(), tensor.shape(), tensor.data());
            return;
        }
        switch (to) {
            case F64 -> writer.add(name, tensor.shape(), tensor.doubles());
            case F32 -> writer.add(name, tensor.shape(), narrowed(tensor));
            case F16, BF16 -> writer.add(name, to, tensor.shape(), halved(tensor, to));
            default -> throw new AssertionError(to);
        }
    }

    private static float[] narrowed(StoredTensor tensor) throws ConversionException {
        float[] floats = tensor.floats();
        if (tensor.type() == StoredType.F64) {
            double[] exact = tensor.doubles();
            for (int i = 0; i < floats.length; i++) {
                requireFits(tensor, i, exact[i], floats[i], StoredType.F32);
            }
        }
        return floats;
    }

    private static short[] halved(StoredTensor tensor, StoredType to) throws ConversionException {
        float[] floats = narrowed(tensor);
        short[] bits = new short[floats.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = to == StoredType.F16 ? HalfFloats.toF16(floats[i]) : HalfFloats.toBf16(floats[i]);
            float back = to == StoredType.F16 ? HalfFloats.fromF16(bits[i]) : HalfFloats.fromBf16(bits[i]);
            requireFits(tensor, i, floats[i], back, to);
        }
        return bits;
    }

    private static void requireFits(StoredTensor tensor, int index, double before, float after, StoredType to)
            throws ConversionException {
        if (Float.isInfinite(after) && !Double.isInfinite(before)) {
            throw new ConversionException("convert: tensor '" + tensor.name() + "' " + tensor.shape() + ": element " + index
                    + " is " + before + ", beyond the range of " + to + ": keep the types, or use "
                    + (to == StoredType.F16 ? "BF16 or F32" : "a wider type"));
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        byte[] piece = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                digest.update(piece, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
