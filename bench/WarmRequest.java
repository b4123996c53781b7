import java.util.Arrays;
import org.unmute.audio.Recording;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderWarmUp;
import org.unmute.models.encoder.Encoders;

/**
 * Times the first requests of a server that was warmed up, or not ({@code cold}), and later ones, of 10 s of sound with
 * the embedded encoder: {@code java --add-modules jdk.incubator.vector -cp 'cli/target/lib/*' bench/WarmRequest.java
 * [cold]} after {@code mvn -DskipTests package -pl cli -am}.
 */
class WarmRequest {
    private static final int LATER = 40;

    public static void main(String[] args) {
        Encoder encoder = Encoders.embedded();
        float[] silence = new float[10 * 16_000];
        long begun = System.nanoTime();
        if (args.length == 0) {
            EncoderWarmUp.begin(() -> encoder.encode(new Recording(silence, 16_000)))
                    .await();
            System.out.printf("warm after %.1f s%n", seconds(begun));
        }
        float[] sound = new float[10 * 16_000];
        for (int i = 0; i < sound.length; i++) {
            sound[i] = (float) (0.3 * Math.sin(0.2 * i) * Math.sin(1e-4 * i));
        }
        double[] took = new double[LATER];
        for (int i = 0; i < LATER; i++) {
            long at = System.nanoTime();
            encoder.encode(new Recording(sound, 16_000));
            took[i] = seconds(at);
        }
        double[] settled = Arrays.copyOfRange(took, LATER / 2, LATER);
        Arrays.sort(settled);
        double median = settled[settled.length / 2];
        System.out.printf("first %.3f s, settled %.3f s: %.1f times%n", took[0], median, took[0] / median);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
