package org.unmute.tensor.io;

import static org.unmute.files.MalformedFileException.quote;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.unmute.files.AtomicFile;
import org.unmute.files.LittleEndian;
import org.unmute.tensor.Shape;

/**
 * Collects tensors and writes them as one safetensors file, whose bytes depend only on names, types, shapes, values and
 * metadata. Tensors are ordered by element size, largest first, then by name, so that each is aligned to its element
 * size. The header is padded with spaces to a multiple of 8 bytes. Arrays are not copied, so they must not change
 * before {@link #write}.
 */
public final class SafetensorsWriter {
    private record Item(String name, StoredType type, Shape shape, ElementPieces.Source source) {}

    private final Map<String, Item> items = new TreeMap<>();
    private final Map<String, String> metadata = new TreeMap<>();
    private boolean sealed;

    /** A writer without tensors. */
    public SafetensorsWriter() {}

    /**
     * Sets one entry of the file's metadata. The key {@code unmute_digest} calls {@link #withDigest()} and ignores the
     * value, because a digest in copied metadata belongs to another file.
     */
    public SafetensorsWriter metadata(String key, String value) {
        if (key.equals(FileDigest.KEY)) {
            return withDigest();
        }
        requireText(key, "metadata key");
        requireText(value, "metadata value");
        metadata.put(key, value);
        return this;
    }

    /**
     * Adds a digest of all bytes of the file, which {@link SafetensorsFile#requireDigest} checks. The metadata entry
     * {@code unmute_digest} is {@code sha256:} followed by 64 digits, the SHA-256 of the file with zeros in place of
     * these digits.
     */
    public SafetensorsWriter withDigest() {
        sealed = true;
        return this;
    }

    /** Adds a tensor of type F32. */
    public SafetensorsWriter add(String name, Shape shape, float[] values) {
        return add(name, StoredType.F32, shape, values);
    }

    /**
     * Adds a tensor of a floating type, rounding to nearest.
     *
     * @throws IllegalArgumentException if the type is not floating or the number of values does not match the shape
     */
    public SafetensorsWriter add(String name, StoredType type, Shape shape, float[] values) {
        return put(name, type, shape, values.length, ElementPieces.of(values, type));
    }

    /** Adds a tensor of type F64. */
    public SafetensorsWriter add(String name, Shape shape, double[] values) {
        return put(name, StoredType.F64, shape, values.length, ElementPieces.of(values));
    }

    /** Adds a tensor of type I32. */
    public SafetensorsWriter add(String name, Shape shape, int[] values) {
        return put(name, StoredType.I32, shape, values.length, ElementPieces.of(values));
    }

    /** Adds a tensor of type I64. */
    public SafetensorsWriter add(String name, Shape shape, long[] values) {
        return put(name, StoredType.I64, shape, values.length, ElementPieces.of(values));
    }

    /**
     * Adds a tensor from 16-bit patterns.
     *
     * @throws IllegalArgumentException if the type is not F16, BF16, I16 or U16
     */
    public SafetensorsWriter add(String name, StoredType type, Shape shape, short[] bits) {
        if (type.bytes() != 2) {
            throw new IllegalArgumentException("safetensors: 16-bit patterns cannot be stored as " + type);
        }
        return put(name, type, shape, bits.length, ElementPieces.of(bits));
    }

    /**
     * Adds a tensor from its little-endian bytes.
     *
     * @throws IllegalArgumentException if the number of bytes does not match type and shape
     */
    public SafetensorsWriter add(String name, StoredType type, Shape shape, MemorySegment bytes) {
        if (bytes.byteSize() % type.bytes() != 0) {
            throw new IllegalArgumentException("safetensors: tensor " + name + ": " + bytes.byteSize()
                    + " bytes are not a whole number of " + type);
        }
        return put(name, type, shape, bytes.byteSize() / type.bytes(), ElementPieces.of(bytes));
    }

    /**
     * Adds a tensor whose little-endian bytes are computed when the file is written, one tensor at a time, so that a
     * large file needs only the memory of its largest tensor.
     *
     * @param bytes called once per {@link #write}; must return as many bytes as type and shape need
     */
    public SafetensorsWriter add(String name, StoredType type, Shape shape, Supplier<MemorySegment> bytes) {
        long needed = type.bytes(shape);
        return put(name, type, shape, shape.elements(), out -> {
            MemorySegment made = bytes.get();
            if (made.byteSize() != needed) {
                throw new IllegalStateException("safetensors: tensor " + name + ": " + type + " " + shape + " needs "
                        + needed + " bytes, got " + made.byteSize());
            }
            ElementPieces.of(made).writeTo(out);
        });
    }

    private SafetensorsWriter put(String name, StoredType type, Shape shape, long values, ElementPieces.Source source) {
        requireText(name, "tensor name");
        if (name.equals(SafetensorsHeader.METADATA)
                || name.length() > LoadLimits.DEFAULT.nameChars()
                || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "safetensors: the tensor name " + quote(name) + " is reserved, too long or has control characters");
        }
        if (values != shape.elements()) {
            throw new IllegalArgumentException("safetensors: tensor " + name + ": the shape " + shape + " needs "
                    + shape.elements() + " values, got " + values);
        }
        if (items.putIfAbsent(name, new Item(name, type, shape, source)) != null) {
            throw new IllegalArgumentException("safetensors: two tensors are named " + name);
        }
        return this;
    }

    /** Rejects unpaired surrogates, which have no UTF-8 form and could not be read back. */
    private static void requireText(String text, String what) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(
                    "safetensors: the " + what + " " + quote(text) + " holds an unpaired surrogate");
        }
    }

    /**
     * Writes the file. An existing file is replaced only once the new one is complete.
     *
     * @throws IOException if it cannot be written
     */
    public void write(Path path) throws IOException {
        List<Item> ordered = items.values().stream()
                .sorted(Comparator.comparingInt((Item i) -> -i.type.bytes()).thenComparing(Item::name))
                .toList();
        if (sealed) {
            metadata.put(FileDigest.KEY, FileDigest.BLANK);
        }
        byte[] json = header(ordered).getBytes(StandardCharsets.UTF_8);
        int padded = Math.addExact(json.length, 7) / 8 * 8;
        ByteBuffer head = ByteBuffer.allocate(Math.addExact(padded, 8)).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(padded).put(json);
        while (head.hasRemaining()) {
            head.put((byte) ' ');
        }
        head.flip();
        AtomicFile.write(path, file -> {
            FileDigest.Channel hashed = sealed ? new FileDigest.Channel(file) : null;
            WritableByteChannel out = sealed ? hashed : file;
            LittleEndian.writeFully(out, head.duplicate());
            for (Item item : ordered) {
                item.source.writeTo(out);
            }
            if (sealed) {
                FileDigest.seal(file, head.array(), hashed.digits());
            }
        });
    }

    private String header(List<Item> ordered) {
        StringBuilder b = new StringBuilder("{");
        if (!metadata.isEmpty()) {
            json(b, SafetensorsHeader.METADATA).append(":{");
            metadata.forEach((key, value) -> {
                json(b, key).append(':');
                json(b, value).append(',');
            });
            b.setCharAt(b.length() - 1, '}');
            b.append(',');
        }
        long at = 0;
        for (Item item : ordered) {
            long end = Math.addExact(at, item.type.bytes(item.shape));
            json(b, item.name)
                    .append(":{\"dtype\":\"")
                    .append(item.type)
                    .append("\",\"shape\":")
                    .append(item.shape.toString().replace(" ", ""))
                    .append(",\"data_offsets\":[")
                    .append(at)
                    .append(',')
                    .append(end)
                    .append("]},");
            at = end;
        }
        if (b.length() > 1) {
            b.setLength(b.length() - 1);
        }
        return b.append('}').toString();
    }

    private static StringBuilder json(StringBuilder b, String text) {
        b.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> b.append('\\').append(c);
                case '\n' -> b.append("\\n");
                case '\t' -> b.append("\\t");
                case '\r' -> b.append("\\r");
                default -> {
                    if (c < 0x20) {
                        b.append(String.format("\\u%04x", (int) c));
                    } else {
                        b.append(c);
                    }
                }
            }
        }
        return b.append('"');
    }
}
