package org.unmute.tensor.io;

import static org.unmute.files.MalformedFileException.quote;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.files.JsonReader;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.Shape;

/**
 * The JSON header of a safetensors file: type, shape and position of each tensor, checked against each other and
 * against the number of bytes that follow the header.
 *
 * @param entries in the header's order
 * @param metadata the {@code __metadata__} entries, in the header's order
 */
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    private static final Map<String, StoredType> TYPES =
            Stream.of(StoredType.values()).collect(Collectors.toUnmodifiableMap(StoredType::name, t -> t));

    /** Offsets are relative to the end of the header; {@code at} is the position of the entry in the file. */
    record Entry(String name, StoredType type, Shape shape, long begin, long end, long at) {}

    /**
     * @param json the header's bytes
     * @param base the offset of those bytes in the file
     * @param dataBytes number of bytes after the header
     */
    static SafetensorsHeader parse(byte[] json, long base, long dataBytes, String file, LoadLimits limits)
            throws MalformedFileException {
        JsonReader in = new JsonReader(json, base, file, limits.tensors(), limits.jsonDepth());
        if (json[0] != '{') {
            throw in.error("header-start", "the header must start with '{'");
        }
        List<Entry> entries = new ArrayList<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        in.object(key -> {
            if (key.equals(METADATA)) {
                in.object(name -> metadata.put(name, metadataText(in)));
                return;
            }
            if (entries.size() >= limits.tensors()) {
                throw in.error("too-many-tensors", "more than " + limits.tensors() + " tensors");
            }
            checkName(in, key, limits);
            in.about(key);
            entries.add(new EntryReader(in, key, limits).read());
            in.about(null);
        });
        in.end();
        checkLayout(entries, base + json.length, dataBytes, file);
        return new SafetensorsHeader(entries, metadata);
    }

    private static String metadataText(JsonReader in) throws MalformedFileException {
        try {
            return in.string();
        } catch (MalformedFileException e) {
            if (e.rule().equals("wrong-kind")) {
                throw in.error("metadata-not-text", "every value in " + METADATA + " must be a string");
            }
            throw e;
        }
    }

    private static void checkName(JsonReader in, String name, LoadLimits limits) throws MalformedFileException {
        if (name.length() > limits.nameChars()) {
            throw in.error(
                    "name-too-long",
                    "a tensor name has " + name.length() + " characters, more than " + limits.nameChars());
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw in.error("name-control-character", "a control character in the tensor name " + quote(name));
        }
    }

    /** The tensors must fill the rest of the file exactly: no overlaps, no holes, no trailing bytes. */
    private static void checkLayout(List<Entry> entries, long dataStart, long dataBytes, String file)
            throws MalformedFileException {
        List<Entry> byOffset = new ArrayList<>(entries);
        byOffset.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long end = 0;
        for (Entry e : byOffset) {
            if (e.end > dataBytes) {
                throw new MalformedFileException(
                        file,
                        e.at,
                        e.name,
                        "data-past-end",
                        "bytes " + e.begin + " to " + e.end + " lie beyond the " + dataBytes
                                + " bytes of data in the file: it may be cut short");
            }
            if (e.begin != end) {
                throw new MalformedFileException(
                        file,
                        e.at,
                        e.name,
                        e.begin < end ? "overlap" : "hole",
                        "its data starts at byte " + e.begin + " of the data, but the one before ends at " + end);
            }
            end = e.end;
        }
        if (end != dataBytes) {
            throw new MalformedFileException(
                    file,
                    dataStart + end,
                    "trailing-bytes",
                    (dataBytes - end) + " bytes after the last tensor belong to none");
        }
    }

    /** Reads the three fields of one tensor and checks them against each other. */
    private static final class EntryReader {
        private final JsonReader in;
        private final String name;
        private final LoadLimits limits;
        private StoredType type;
        private long[] sizes;
        private long[] offsets;

        EntryReader(JsonReader in, String name, LoadLimits limits) {
            this.in = in;
            this.name = name;
            this.limits = limits;
        }

        Entry read() throws MalformedFileException {
            long at = in.offset();
            in.object(field -> {
                switch (field) {
                    case "dtype" -> type = type(in.string());
                    case "shape" ->
                        sizes = counts(
                                limits.axes(), "too-many-axes", "a shape of more than " + limits.axes() + " axes");
                    case "data_offsets" -> offsets = counts(2, "bad-offsets", "more than two data offsets");
                    default -> in.skip();
                }
            });
            if (type == null || sizes == null || offsets == null) {
                throw in.error("missing-field", "a tensor needs dtype, shape and data_offsets");
            }
            if (offsets.length != 2) {
                throw in.error("bad-offsets", "expected two data offsets, found " + offsets.length);
            }
            if (offsets[1] < offsets[0]) {
                throw in.error(
                        "offsets-reversed", "the data ends at " + offsets[1] + ", before its start at " + offsets[0]);
            }
            long needed = bytes();
            if (offsets[1] - offsets[0] != needed) {
                throw in.error(
                        "size-mismatch",
                        type + " " + Shape.of(sizes) + " needs " + needed + " bytes, but data_offsets span "
                                + (offsets[1] - offsets[0]));
            }
            return new Entry(name, type, Shape.of(sizes), offsets[0], offsets[1], at);
        }

        private StoredType type(String word) throws MalformedFileException {
            StoredType known = TYPES.get(word);
            if (known == null) {
                throw in.error("unknown-dtype", quote(word) + " is none of " + List.of(StoredType.values()));
            }
            return known;
        }

        private long[] counts(int max, String rule, String tooMany) throws MalformedFileException {
            List<Long> list = new ArrayList<>();
            in.array(index -> {
                if (index >= max) {
                    throw in.error(rule, tooMany);
                }
                list.add(in.count());
            });
            return list.stream().mapToLong(Long::longValue).toArray();
        }

        private long bytes() throws MalformedFileException {
            try {
                return type.bytes(sizes);
            } catch (ArithmeticException e) {
                MalformedFileException bad =
                        in.error("shape-overflow", "the sizes " + Arrays.toString(sizes) + " multiply beyond 64 bits");
                bad.initCause(e);
                throw bad;
            }
        }
    }
}
