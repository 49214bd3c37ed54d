#include "ui/theme/theme.hpp"

#include <QApplication>
#include <QProxyStyle>
#include <QStyle>
#include <QStyleFactory>
#include <QStyleOption>

namespace breakeven::ui {
namespace {

bool isDark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

/// Fusion, with boxes and dots to check that stand out: it draws their edges a shade darker than the window,
/// which on a dark one nobody sees.
class CheckableStyle : public QProxyStyle {
  public:
    CheckableStyle() : QProxyStyle(QStyleFactory::create("Fusion")) {}

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override {
        const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
        const bool isCheckable = element == PE_IndicatorCheckBox || element == PE_IndicatorRadioButton;
        if (!isCheckable || button == nullptr || !isDark(option->palette))
            return QProxyStyle::drawPrimitive(element, option, painter, widget);
        QStyleOptionButton lit = *button;
        lit.palette.setColor(QPalette::Window, option->palette.color(QPalette::PlaceholderText).lighter(130));
        QProxyStyle::drawPrimitive(element, &lit, painter, widget);
    }
};

QPalette palette(bool dark) {
    const QColor window = dark ? QColor(0x20, 0x22, 0x26) : QColor(0xf5, 0xf6, 0xf8);
    const QColor base = dark ? QColor(0x17, 0x19, 0x1c) : QColor(0xff, 0xff, 0xff);
    const QColor text = dark ? QColor(0xe8, 0xea, 0xed) : QColor(0x1d, 0x21, 0x27);
    const QColor faint = dark ? QColor(0x7c, 0x82, 0x8a) : QColor(0x8a, 0x90, 0x99);
    const QColor button = dark ? QColor(0x2d, 0x30, 0x36) : QColor(0xe9, 0xeb, 0xef);
    const QColor accent = dark ? QColor(0x4c, 0x9a, 0xe8) : QColor(0x1f, 0x6f, 0xc4);
    QPalette p;
    p.setColor(QPalette::Window, window);
    p.setColor(QPalette::WindowText, text);
    p.setColor(QPalette::Base, base);
    p.setColor(QPalette::AlternateBase, dark ? QColor(0x1d, 0x1f, 0x23) : QColor(0xf7, 0xf8, 0xfa));
    p.setColor(QPalette::Text, text);
    p.setColor(QPalette::Button, button);
    p.setColor(QPalette::ButtonText, text);
    p.setColor(QPalette::BrightText, Qt::white);
    p.setColor(QPalette::ToolTipBase, dark ? QColor(0x3a, 0x3e, 0x45) : QColor(0xff, 0xff, 0xee));
    p.setColor(QPalette::ToolTipText, text);
    p.setColor(QPalette::PlaceholderText, faint);
    p.setColor(QPalette::Highlight, accent);
    p.setColor(QPalette::HighlightedText, Qt::white);
    p.setColor(QPalette::Link, accent);
    p.setColor(QPalette::LinkVisited, accent);
    p.setColor(QPalette::Light, button.lighter(dark ? 130 : 105));
    p.setColor(QPalette::Midlight, button.lighter(dark ? 115 : 102));
    p.setColor(QPalette::Mid, dark ? QColor(0x45, 0x49, 0x50) : QColor(0xc4, 0xc8, 0xcf));
    p.setColor(QPalette::Dark, dark ? QColor(0x10, 0x11, 0x13) : QColor(0xa6, 0xab, 0xb3));
    p.setColor(QPalette::Shadow, Qt::black);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        p.setColor(QPalette::Disabled, role, faint);
    }
    p.setColor(QPalette::Disabled, QPalette::Highlight, faint);
    return p;
}

}  // namespace

Colours coloursOf(const QPalette& p) {
    const bool dark = isDark(p);
    Colours c;
    c.text = p.color(QPalette::Text);
    c.muted = dark ? QColor(0xa4, 0xaa, 0xb2) : QColor(0x5b, 0x62, 0x6c);
    c.grid = dark ? QColor(0x3a, 0x3e, 0x45) : QColor(0xdf, 0xe2, 0xe7);
    c.background = p.color(QPalette::Base);
    c.panel = dark ? QColor(0x2a, 0x2d, 0x32) : QColor(0xff, 0xff, 0xff);
    c.gain = dark ? QColor(0x3f, 0xc3, 0x8a) : QColor(0x00, 0x80, 0x58);
    c.loss = dark ? QColor(0xf0, 0x7b, 0x52) : QColor(0xc6, 0x4a, 0x0a);
    c.caution = dark ? QColor(0xe8, 0xb9, 0x3f) : QColor(0x9a, 0x6c, 0x00);
    const QColor blue = dark ? QColor(0x5d, 0xb0, 0xee) : QColor(0x00, 0x72, 0xb2);
    const QColor sky = dark ? QColor(0x9d, 0xd7, 0xf5) : QColor(0x3a, 0x9a, 0xcf);
    const QColor purple = dark ? QColor(0xdc, 0x9c, 0xc4) : QColor(0xb0, 0x5a, 0x8e);
    c.series = {blue, c.loss, c.gain, purple, c.caution, sky};
    return c;
}

void applyTheme(Theme theme) {
    static const bool desktopIsDark = isDark(QApplication::palette());  // before we set our own
    QApplication::setStyle(new CheckableStyle);
    QApplication::setPalette(palette(theme == Theme::Dark || (theme == Theme::System && desktopIsDark)));
}

}  // namespace breakeven::ui
