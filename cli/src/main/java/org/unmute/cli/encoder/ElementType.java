package org.unmute.cli.encoder;

import java.util.Locale;
import java.util.Optional;
import org.unmute.tensor.io.StoredType;

/** Element types that the floating-point tensors of a checkpoint can be converted to. */
public enum ElementType {
    /** As in the checkpoint. */
    keep,
    /** 32 bits. */
    f32,
    /** 16 bits, numbers up to 65504. */
    f16,
    /** 16 bits with the range of f32. */
    bf16;

    /** The type; empty for that of the checkpoint. */
    public Optional<StoredType> type() {
        return this == keep ? Optional.empty() : Optional.of(StoredType.valueOf(name().toUpperCase(Locale.ROOT)));
    }
}
