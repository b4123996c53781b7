package org.unmute.probes.pool;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.unmute.files.PlainText;

/**
 * The rules for class names, which a probe's file lists one per line: no name is blank, occurs twice or contains a
 * control character. Check names before training, because no probe can be made with invalid ones afterwards.
 */
public final class ClassNames {
    private ClassNames() {}

    /**
     * Checks names.
     *
     * @param about prefix of the message
     * @throws IllegalArgumentException naming the first name that breaks a rule
     */
    public static void require(String about, Collection<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            String quoted = about + "class " + PlainText.quote(name);
            if (name.isBlank()) {
                throw new IllegalArgumentException(quoted + " is blank: give it a name");
            }
            int control =
                    name.chars().filter(Character::isISOControl).findFirst().orElse(-1);
            if (control >= 0) {
                throw new IllegalArgumentException(quoted
                        + String.format(" holds the control character U+%04X", control)
                        + ", with which no probe can be saved: rename the class");
            }
            if (!seen.add(name)) {
                throw new IllegalArgumentException(quoted + " is there twice: names of classes must differ");
            }
        }
    }
}
