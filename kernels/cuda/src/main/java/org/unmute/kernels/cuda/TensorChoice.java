package org.unmute.kernels.cuda;

import java.util.Locale;
import org.unmute.kernels.device.TensorCores;

/** The user's choice of where float32 work runs on {@link TensorCores}. */
final class TensorChoice {
    /** System property: {@code auto} (the default), {@code always} or {@code never}. */
    static final String PROPERTY = "unmute.cuda.tensor";

    private TensorChoice() {}

    /**
     * The choice made by the system property.
     *
     * @throws IllegalArgumentException if the property has another value
     */
    static TensorCores chosen() {
        String name = System.getProperty(PROPERTY, "auto").strip();
        for (TensorCores choice : TensorCores.values()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(name)) {
                return choice;
            }
        }
        throw new IllegalArgumentException(
                "cuda: system property " + PROPERTY + " must be auto, always or never: '" + name + "'");
    }
}
