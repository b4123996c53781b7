package org.unmute.spark.plan;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * Objects serialized to bytes for transfer between driver and tasks. Elements and results of an RDD pass through {@code
 * spark.serializer}, which many clusters set to Kryo, and Kryo cannot create records. Bytes pass through any
 * serializer. They are compressed, since file names in a folder resemble each other.
 */
public final class Packed {
    private Packed() {}

    /** Serializes an object. */
    public static byte[] of(Serializable object) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater fast = new Deflater(Deflater.BEST_SPEED);
        try (ObjectOutputStream out = new ObjectOutputStream(new DeflaterOutputStream(bytes, fast))) {
            out.writeObject(object);
        } catch (IOException e) {
            throw new UncheckedIOException("pack a " + object.getClass().getSimpleName() + " for a task", e);
        } finally {
            fast.end();
        }
        return bytes.toByteArray();
    }

    /**
     * Deserializes an object.
     *
     * @param packed bytes from {@link #of}, in a job of the same version of this program
     * @param <T> type of the object
     */
    public static <T extends Serializable> T open(byte[] packed, Class<T> type) {
        try (ObjectInputStream in = new Objects(packed)) {
            return type.cast(in.readObject());
        } catch (IOException e) {
            throw new UncheckedIOException("unpack a " + type.getSimpleName(), e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "unpack a " + type.getSimpleName() + ": no class " + e.getMessage()
                            + ": do driver and executors have the same unmute-spark jar?",
                    e);
        }
    }

    /** Resolves classes through the class loader of this class: an application's jar has its own class loader. */
    private static final class Objects extends ObjectInputStream {
        Objects(byte[] packed) throws IOException {
            super(new InflaterInputStream(new ByteArrayInputStream(packed)));
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass type) throws IOException, ClassNotFoundException {
            try {
                return Class.forName(type.getName(), false, Packed.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                return super.resolveClass(type); // a primitive type
            }
        }
    }
}
