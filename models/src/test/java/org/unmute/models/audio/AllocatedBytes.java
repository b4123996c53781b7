package org.unmute.models.audio;

import java.lang.reflect.Method;

/** Measures what the current thread allocates. By reflection, since the module under test does not read JMX. */
public final class AllocatedBytes {
    private AllocatedBytes() {}

    /** Bytes that the current thread has allocated since it started. */
    public static long now() {
        try {
            Object bean = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            Method count = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
            return (Long) count.invoke(bean);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
