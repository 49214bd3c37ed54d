#include <qcustomplot.h>

#include <QFileInfo>
#include <QImage>
#include <QLabel>
#include <QSaveFile>
#include <QSvgGenerator>

#include "ui/charts/chart.hpp"
#include "ui/theme/theme.hpp"

namespace breakeven::ui {

QString Chart::exportTo(const QString& path) {
    const QSize size = plot_->size();
    const QString ending = QFileInfo(path).suffix().toLower();
    QSaveFile file(path);
    if (ending != "png" && ending != "svg") return tr("end the name in .png or .svg");
    if (!file.open(QIODevice::WriteOnly)) return file.errorString();
    const int head = title_->isVisible() || !spec_.title.isEmpty() ? 24 : 0;
    const auto paint = [&](QCPPainter& painter, bool isVector) {
        const Colours colours = coloursOf(palette());
        painter.fillRect(QRect(0, 0, size.width(), size.height() + head), colours.background);
        painter.setPen(colours.text);
        painter.setFont(title_->font());
        painter.drawText(QRect(8, 0, size.width() - 16, head), Qt::AlignVCenter | Qt::AlignLeft, spec_.title);
        painter.translate(0, head);
        if (isVector) {
            painter.setMode(QCPPainter::pmVectorized);
            painter.setMode(QCPPainter::pmNoCaching);
        }
        plot_->toPainter(&painter, size.width(), size.height());
    };
    if (ending == "svg") {
        QSvgGenerator generator;
        generator.setOutputDevice(&file);
        generator.setResolution(96);
        generator.setSize(QSize(size.width(), size.height() + head));
        generator.setViewBox(QRect(0, 0, size.width(), size.height() + head));
        generator.setTitle(spec_.title);
        QCPPainter painter;
        painter.begin(&generator);
        paint(painter, true);
        painter.end();
    } else {
        QImage image(2 * QSize(size.width(), size.height() + head), QImage::Format_ARGB32);
        image.setDevicePixelRatio(2.0);
        QCPPainter painter(&image);
        paint(painter, false);
        painter.end();
        if (!image.save(&file, "PNG")) return file.errorString();
    }
    return file.commit() ? QString() : file.errorString();
}

}  // namespace breakeven::ui
