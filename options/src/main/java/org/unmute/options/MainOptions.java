package org.unmute.options;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The options that {@code --help} of a command shows; without it, all but those that every command has. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface MainOptions {
    /** Names, separated by spaces, in the order of the help. */
    String value();
}
