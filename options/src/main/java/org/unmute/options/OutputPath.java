package org.unmute.options;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks an option or parameter that names a file or folder which the command writes. */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OutputPath {
    /** What is written there. */
    Kind value();

    /** Kinds of outputs. */
    enum Kind {
        /** A single file, which is replaced only if the same job wrote it, or with {@code --force}. */
        FILE,
        /** A folder, which belongs to the command that made it. */
        FOLDER,
        /** One or the other, depending on the name. */
        FILE_OR_FOLDER,
        /** Derived data, which the command makes again if they are damaged or out of date. */
        CACHE
    }
}
