package example.app;

import org.unmute.tensor.backend.Backends;

/** Prints which backend runs, and why. */
public final class WhichBackend {
    public static void main(String[] args) {
        System.out.println(Backends.choice().reason());
    }
}
