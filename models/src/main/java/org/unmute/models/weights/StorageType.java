package org.unmute.models.weights;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.io.StoredType;

/**
 * A storage class of torch.
 *
 * @param name  the class name, such as {@code FloatStorage}
 * @param bytes bytes per element
 * @param type  element type; null if this reader does not support it
 */
record StorageType(String name, int bytes, @Nullable StoredType type) {
    private static final Map<String, StorageType> BY_NAME = Map.ofEntries(
            entry("DoubleStorage", StoredType.F64),
            entry("FloatStorage", StoredType.F32),
            entry("HalfStorage", StoredType.F16),
            entry("BFloat16Storage", StoredType.BF16),
            entry("LongStorage", StoredType.I64),
            entry("IntStorage", StoredType.I32),
            entry("ShortStorage", StoredType.I16),
            entry("CharStorage", StoredType.I8),
            entry("ByteStorage", StoredType.U8),
            entry("BoolStorage", StoredType.BOOL),
            other("ComplexFloatStorage", 8),
            other("ComplexDoubleStorage", 16),
            other("QInt8Storage", 1),
            other("QUInt8Storage", 1),
            other("QInt32Storage", 4),
            other("QUInt4x2Storage", 1),
            other("QUInt2x4Storage", 1),
            other("UntypedStorage", 1));

    private static final Map<String, StoredType> DTYPES = Map.ofEntries(
            Map.entry("float64", StoredType.F64),
            Map.entry("double", StoredType.F64),
            Map.entry("float32", StoredType.F32),
            Map.entry("float", StoredType.F32),
            Map.entry("float16", StoredType.F16),
            Map.entry("half", StoredType.F16),
            Map.entry("bfloat16", StoredType.BF16),
            Map.entry("int64", StoredType.I64),
            Map.entry("long", StoredType.I64),
            Map.entry("int32", StoredType.I32),
            Map.entry("int", StoredType.I32),
            Map.entry("int16", StoredType.I16),
            Map.entry("short", StoredType.I16),
            Map.entry("int8", StoredType.I8),
            Map.entry("uint8", StoredType.U8),
            Map.entry("bool", StoredType.BOOL),
            Map.entry("uint16", StoredType.U16),
            Map.entry("uint32", StoredType.U32),
            Map.entry("uint64", StoredType.U64));

    private static Map.Entry<String, StorageType> entry(String name, StoredType type) {
        return Map.entry(name, new StorageType(name, type.bytes(), type));
    }

    private static Map.Entry<String, StorageType> other(String name, int bytes) {
        return Map.entry(name, new StorageType(name, bytes, null));
    }

    /** The storage class that a pickle names, from any torch module; null if it is unknown. */
    static @Nullable StorageType of(PickleNode.Global global) {
        return switch (global.module()) {
            case "torch", "torch.cuda", "torch.storage" -> BY_NAME.get(global.name());
            default -> null;
        };
    }

    /** The element type of a dtype such as {@code torch.float32}; null if this reader does not support it. */
    static @Nullable StoredType dtype(@Nullable PickleNode node) {
        return node instanceof PickleNode.Global g && g.module().equals("torch") ? DTYPES.get(g.name()) : null;
    }

    /** Whether a name is a torch dtype, supported or not. */
    static boolean isDtype(PickleNode.Global g) {
        return g.module().equals("torch")
                && (DTYPES.containsKey(g.name()) || g.name().matches("(complex|float8_|q?u?int)\\w*|cfloat|cdouble"));
    }
}
