package org.unmute.models.graph;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.unmute.files.MalformedFileException;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.LoadLimits;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;

/**
 * A weight in a file.
 *
 * @param type of its elements
 * @param stored its shape in the file
 * @param data its bytes in the file
 * @param transposed whether it is meant with its two axes exchanged
 */
record OnnxWeight(StoredType type, Shape stored, MemorySegment data, boolean transposed) {
    /** The same weight with its two axes exchanged. */
    OnnxWeight turned() {
        return new OnnxWeight(type, stored, data, !transposed);
    }

    Shape shape() {
        return transposed ? Shape.of(stored.size(1), stored.size(0)) : stored;
    }

    /** Its numbers; of a transposed weight a copy. */
    StoredTensor read(String name) {
        if (!transposed) {
            return new StoredTensor(name, type, stored, data);
        }
        int bytes = type.bytes();
        long rows = stored.size(0);
        long columns = stored.size(1);
        byte[] turned = new byte[Math.toIntExact(data.byteSize())];
        MemorySegment to = MemorySegment.ofArray(turned);
        for (long r = 0; r < rows; r++) {
            for (long c = 0; c < columns; c++) {
                MemorySegment.copy(data, (r * columns + c) * bytes, to, (c * rows + r) * bytes, bytes);
            }
        }
        return new StoredTensor(name, type, shape(), to);
    }

    /**
     * The fields of a {@code TensorProto}.
     *
     * @param dataType its number of the type
     * @param type null if it is not one of the supported ones
     * @param data little-endian numbers, row-major; null if there are none, or they are stored as varints
     * @param integers numbers that are stored as varints
     * @param isExternal whether the numbers are in another file
     * @param location the other file's name
     */
    record Parts(
            String name,
            long[] sizes,
            long dataType,
            @Nullable StoredType type,
            @Nullable MemorySegment data,
            long[] integers,
            boolean isExternal,
            String location) {
        static Parts read(ProtobufFields fields, MemorySegment all) throws MalformedFileException {
            LoadLimits limits = LoadLimits.DEFAULT;
            ProtobufFields.LongList sizes = new ProtobufFields.LongList(limits.axes());
            String name = "";
            long dataType = 0;
            MemorySegment data = null;
            long[] integers = new long[0];
            boolean external = false;
            String location = "";
            while (fields.next()) {
                switch (fields.field()) {
                    case 1 -> fields.numbers(sizes);
                    case 2 -> dataType = fields.number();
                    case 3 -> throw fields.error("segments", "a weight in several pieces is not read");
                    // float_data and double_data, whose packed form is the same as raw_data
                    case 4, 9, 10 -> {
                        if (data != null) {
                            throw fields.error("two-data", "a weight has its numbers twice");
                        }
                        data = fields.bytes();
                    }
                    case 5, 7, 11 -> integers = fields.varints(integers);
                    case 8 -> name = fields.text(limits.nameChars());
                    case 13 -> {
                        external = true;
                        String named = location(fields.message());
                        location = named.isEmpty() ? location : named;
                    }
                    case 14 -> external |= fields.number() == 1;
                    default -> {
                        // texts
                    }
                }
            }
            return new Parts(name, sizes.toArray(), dataType, type(dataType), data, integers, external, location);
        }

        private static String location(ProtobufFields entry) throws MalformedFileException {
            String key = "";
            String value = "";
            while (entry.next()) {
                if (entry.field() == 1) {
                    key = entry.text(LoadLimits.DEFAULT.nameChars());
                } else if (entry.field() == 2) {
                    value = entry.text(LoadLimits.DEFAULT.nameChars());
                }
            }
            return key.equals("location") ? value : "";
        }

        private static @Nullable StoredType type(long dataType) {
            return switch (Math.clamp(dataType, -1, 100)) {
                case 1 -> StoredType.F32;
                case 2 -> StoredType.U8;
                case 3 -> StoredType.I8;
                case 4 -> StoredType.U16;
                case 5 -> StoredType.I16;
                case 6 -> StoredType.I32;
                case 7 -> StoredType.I64;
                case 9 -> StoredType.BOOL;
                case 10 -> StoredType.F16;
                case 11 -> StoredType.F64;
                case 12 -> StoredType.U32;
                case 13 -> StoredType.U64;
                case 16 -> StoredType.BF16;
                default -> null;
            };
        }
    }
}
