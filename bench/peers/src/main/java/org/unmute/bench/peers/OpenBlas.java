package org.unmute.bench.peers;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** OpenBLAS as bytedeco ships it. */
public final class OpenBlas extends CBlas {
    private static final long MAX_TEXT = 400;
    private final String config;

    /** Sets the number of threads. */
    public OpenBlas(int threads) throws IOException {
        super("openblas-", "libopenblas", "openblas_set_num_threads", threads);
        try {
            MemorySegment text =
                    (MemorySegment) function("openblas_get_config", FunctionDescriptor.of(ValueLayout.ADDRESS))
                            .invokeExact();
            config = text.reinterpret(MAX_TEXT).getString(0);
        } catch (Throwable e) {
            throw new IOException("openblas_get_config failed", e);
        }
    }

    @Override
    public String describe() {
        return config.strip();
    }
}
